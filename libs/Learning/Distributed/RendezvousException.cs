namespace DaprHep.Learning.Distributed;

/// <summary>The ranks did not find one another.</summary>
/// <param name="message">Who is missing, or what is wrong.</param>
/// <param name="cause">What was reported.</param>
public sealed class RendezvousException(string message, Exception? cause = null) : Exception(message, cause);
