namespace DaprHep.Learning.Distributed;

/// <summary>Starts the ranks of an attempt at a training, wherever they run, and watches them.</summary>
public interface IRankLauncher
{
    /// <summary>Runs an attempt. When a rank is lost or fails, all others are ended; the next attempt is the caller's to begin.</summary>
    /// <param name="launch">What to start.</param>
    /// <param name="cancellation">Ends all ranks; rank 0 gets a few seconds to write a last checkpoint.</param>
    /// <returns>When every rank has ended well.</returns>
    /// <exception cref="RankFailedException">A rank has not.</exception>
    /// <exception cref="OperationCanceledException">Cancelled; no rank is left.</exception>
    Task RunAsync(RankLaunch launch, CancellationToken cancellation = default);
}

/// <summary>What to start.</summary>
/// <param name="Ranks">How many ranks.</param>
/// <param name="Arguments">Arguments of the program, the same for every rank.</param>
public sealed record RankLaunch(int Ranks, IReadOnlyList<string> Arguments)
{
    /// <summary>Given each line that rank 0 writes, one after the other.</summary>
    public Action<string>? Output { get; init; }
}
