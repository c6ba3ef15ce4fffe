using System.Diagnostics;

namespace DaprHep.Serving.Http;

/// <summary>
/// How many requests ended within which time: counts in the manner of Prometheus, each of all requests up to its bound, so that
/// <c>histogram_quantile</c> reads them. One addition a request; nothing is looked up.
/// </summary>
internal sealed class RequestTimes
{
    private static readonly double[] Bounds =
        [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10, double.PositiveInfinity];

    private static readonly long[] Ticks =
        [.. Bounds.Select(bound => double.IsFinite(bound) ? (long)(bound * Stopwatch.Frequency) : long.MaxValue)];

    private readonly long[] _counts = new long[Bounds.Length];

    /// <summary>Counts a request.</summary>
    /// <param name="ticks">How long it took, in ticks of <see cref="Stopwatch"/>.</param>
    public void Add(long ticks)
    {
        int bucket = 0;
        while (ticks > Ticks[bucket])
            bucket++;
        Interlocked.Increment(ref _counts[bucket]);
    }

    /// <summary>Requests that took at most so many seconds, for each bound.</summary>
    public IEnumerable<(double Seconds, long Requests)> Within()
    {
        long sum = 0;
        for (int i = 0; i < Bounds.Length; i++)
            yield return (Bounds[i], sum += Interlocked.Read(ref _counts[i]));
    }
}
