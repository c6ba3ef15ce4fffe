namespace DaprHep.Benchmarks.Serving.Load;

/// <summary>What a load met with.</summary>
/// <param name="Answered">Requests answered with 200.</param>
/// <param name="Failed">Requests answered otherwise, or not at all.</param>
/// <param name="Seconds">How long it took.</param>
/// <param name="Processor">Processor time of the load generator, s.</param>
/// <param name="Milliseconds">Latencies of all requests, rising.</param>
internal sealed record LoadResult(long Answered, long Failed, double Seconds, double Processor, double[] Milliseconds)
{
    /// <summary>Answers a second.</summary>
    public double Rate => Answered / Seconds;

    /// <summary>The latency that a share of the requests did not exceed, ms.</summary>
    public double Quantile(double share) =>
        Milliseconds.Length == 0 ? double.NaN : Milliseconds[Math.Min(Milliseconds.Length - 1, (int)(share * Milliseconds.Length))];
}
