namespace DaprHep.Data.Objects;

/// <summary>
/// Tries a request again, when the client's own quick retries were of no use: a store that restarts is away for seconds. Pauses double
/// from 0.3 s and vary at random, so that the requests of many processes do not come back together.
/// </summary>
internal static class S3Retry
{
    public const int Attempts = 5;

    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(300);

    /// <summary>Runs <paramref name="request"/> until it succeeds, fails for good, or has failed so often.</summary>
    public static async Task<T> RunAsync<T>(Func<Task<T>> request, CancellationToken cancellation)
    {
        for (int attempt = 1; ; attempt++)
        {
            try
            {
                return await request().ConfigureAwait(false);
            }
            catch (Exception e) when (attempt < Attempts && !cancellation.IsCancellationRequested && S3Problem.MayPass(e))
            {
                await PauseAsync(attempt, cancellation).ConfigureAwait(false);
            }
        }
    }

    /// <summary>Waits before attempt <paramref name="attempt"/> + 1.</summary>
    public static Task PauseAsync(int attempt, CancellationToken cancellation) =>
        Task.Delay(FirstPause * (1 << (attempt - 1)) * (0.5 + Random.Shared.NextDouble()), cancellation);
}
