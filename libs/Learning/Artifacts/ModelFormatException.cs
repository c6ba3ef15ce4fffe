namespace DaprHep.Learning.Artifacts;

/// <summary>A stored model is malformed or does not fit; the message says where and what was expected.</summary>
public sealed class ModelFormatException : Exception
{
    /// <summary>Reports a malformed model.</summary>
    /// <param name="message">What was wrong and where.</param>
    public ModelFormatException(string message) : base(message)
    {
    }

    /// <summary>Reports a malformed model.</summary>
    /// <param name="message">What was wrong and where.</param>
    /// <param name="cause">The parser's own complaint.</param>
    public ModelFormatException(string message, Exception cause) : base(message, cause)
    {
    }
}
