namespace DaprHep.Root;

/// <summary>A file that is missing, unreadable, or shorter than what is asked of it.</summary>
public sealed class RootIOException : RootException
{
    /// <summary>Creates the error.</summary>
    /// <param name="message">What was wrong and where.</param>
    /// <param name="inner">The operating system's or server's error.</param>
    public RootIOException(string message, Exception? inner = null)
        : base(message, inner)
    {
    }
}
