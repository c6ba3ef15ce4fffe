namespace DaprHep.Learning.Report;

/// <summary>A document of a run is not one; the message says which, where and what was expected.</summary>
/// <param name="message">What was wrong.</param>
/// <param name="cause">The parser's own complaint.</param>
public sealed class RunDocumentException(string message, Exception? cause = null) : Exception(message, cause);
