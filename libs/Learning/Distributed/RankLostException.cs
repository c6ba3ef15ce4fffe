namespace DaprHep.Learning.Distributed;

/// <summary>
/// A rank, or the rendezvous of all, is gone: the attempt is over for every rank. The next starts from the last checkpoint.
/// </summary>
/// <param name="rank">The lost rank; null where that is not known, or where it is the rendezvous.</param>
/// <param name="message">What is known.</param>
/// <param name="cause">What was noticed first.</param>
public sealed class RankLostException(int? rank, string message, Exception? cause = null) : Exception(message, cause)
{
    /// <summary>The lost rank; null where that is not known, or where it is the rendezvous.</summary>
    public int? Rank { get; } = rank;
}
