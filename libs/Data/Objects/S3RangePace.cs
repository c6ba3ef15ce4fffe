namespace DaprHep.Data.Objects;

/// <summary>
/// How long the ranges of an object are, and how many of them are on their way at a time. A range is long enough that the store takes eight
/// times as long to send it as to begin it; there are twice as many at a time as long as that brings a quarter more.
/// </summary>
public sealed class S3RangePace
{
    /// <summary>Length of the first range, and the shortest of the others.</summary>
    public const int ShortestRange = 8 << 20;

    private const int LongestRange = 32 << 20;
    private const int FewestConnections = 8;
    private const int MostConnections = 32;
    private const int LatenciesOfRange = 8;
    private const double WorthIt = 1.25;

    private readonly TimeProvider _clock;
    private double _bestRate;
    private long _since;
    private long _bytes;
    private bool _settled;

    /// <summary>Begins with what the first range has shown.</summary>
    /// <param name="waited">How long the store took to begin it.</param>
    /// <param name="took">How long all of it took.</param>
    /// <param name="bytes">How long it is.</param>
    /// <param name="clock">The clock.</param>
    public S3RangePace(TimeSpan waited, TimeSpan took, int bytes, TimeProvider clock)
    {
        ArgumentNullException.ThrowIfNull(clock);
        _clock = clock;
        double sending = Math.Max((took - waited).TotalSeconds, 1e-4);
        double length = LatenciesOfRange * waited.TotalSeconds * bytes / sending;
        RangeBytes = (int)Math.Clamp(length, ShortestRange, LongestRange);
        _bestRate = bytes / Math.Max(took.TotalSeconds, 1e-4);
        _since = clock.GetTimestamp();
    }

    /// <summary>Length of a range.</summary>
    public int RangeBytes { get; }

    /// <summary>How many ranges are to be on their way.</summary>
    public int Connections { get; private set; } = FewestConnections;

    /// <summary>Takes note of a range that is here.</summary>
    public void Arrived(int bytes)
    {
        _bytes += bytes;
        if (_settled || _bytes < (long)Connections * RangeBytes)
            return;
        long now = _clock.GetTimestamp();
        double rate = _bytes / Math.Max(_clock.GetElapsedTime(_since, now).TotalSeconds, 1e-4);
        (_since, _bytes) = (now, 0);
        if (rate < WorthIt * _bestRate || Connections == MostConnections)
        {
            _settled = true;
            return;
        }
        _bestRate = rate;
        Connections *= 2;
    }
}
