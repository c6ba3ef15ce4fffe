namespace DaprHep.Data.Objects;

/// <summary>
/// Tries a request again that may do better in a while: a store that is busy answers soon, one that restarts is away for seconds. Pauses
/// double from 0.1 s to 3 s and vary at random, so that the requests of many processes do not come back together.
/// </summary>
public static class S3Retry
{
    /// <summary>How often a request is made at most, unless said otherwise: over about ten seconds.</summary>
    public const int Attempts = 8;

    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(3);

    /// <inheritdoc cref="RunAsync{T}(Func{Task{T}}, int, CancellationToken)"/>
    public static Task<T> RunAsync<T>(Func<Task<T>> request, CancellationToken cancellation) => RunAsync(request, Attempts, cancellation);

    /// <summary>Runs <paramref name="request"/> until it succeeds, fails for good, or has failed so often.</summary>
    public static async Task<T> RunAsync<T>(Func<Task<T>> request, int attempts, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(request);
        for (int attempt = 1; ; attempt++)
        {
            try
            {
                return await request().ConfigureAwait(false);
            }
            catch (Exception e) when (attempt < attempts && !cancellation.IsCancellationRequested && S3Problem.MayPass(e))
            {
                await PauseAsync(attempt, cancellation).ConfigureAwait(false);
            }
        }
    }

    /// <summary>Waits before attempt <paramref name="attempt"/> + 1.</summary>
    internal static Task PauseAsync(int attempt, CancellationToken cancellation)
    {
        TimeSpan pause = FirstPause * (1 << (attempt - 1));
        return Task.Delay((pause < LongestPause ? pause : LongestPause) * (0.5 + Random.Shared.NextDouble()), cancellation);
    }
}
