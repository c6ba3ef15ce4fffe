namespace DaprHep.Learning.Distributed;

/// <summary>A rank ended badly, and with it the attempt.</summary>
/// <param name="rank">Which one; the first, where several did.</param>
/// <param name="exitCode">Its exit code; 128 + n where signal n ended it.</param>
/// <param name="errors">The last lines that it wrote to its error output.</param>
/// <param name="message">What happened.</param>
public sealed class RankFailedException(int rank, int exitCode, string errors, string message) : Exception(message)
{
    /// <summary>Which rank; the first, where several did.</summary>
    public int Rank { get; } = rank;

    /// <summary>Its exit code; 128 + n where signal n ended it.</summary>
    public int ExitCode { get; } = exitCode;

    /// <summary>The last lines that it wrote to its error output.</summary>
    public string Errors { get; } = errors;

    /// <summary>
    /// Whether it was lost, so that another attempt may go better: nothing in any rank failed, a signal ended it, or it stood still and
    /// the others noticed.
    /// </summary>
    public bool IsLost => ExitCode is > 128 or RankProcess.OtherLost;

    /// <summary>Whether the input is to blame, so that another attempt would end in the same way.</summary>
    public bool IsBadInput => ExitCode == RankProcess.BadInput;
}
