namespace DaprHep.Root;

/// <summary>Base of every error that reading a ROOT file raises.</summary>
public abstract class RootException : Exception
{
    /// <summary>Creates the error.</summary>
    /// <param name="message">What was wrong, where, and what to do.</param>
    /// <param name="inner">The cause, if there is one.</param>
    protected RootException(string message, Exception? inner = null)
        : base(message, inner)
    {
    }
}
