namespace DaprHep.Learning.Distributed;

/// <summary>What c10d said when it refused or failed; the callers say what it means.</summary>
/// <param name="message">Its own words.</param>
public sealed class RankEngineException(string message) : Exception(message);
