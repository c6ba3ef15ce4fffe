using System.Diagnostics;

namespace DaprHep.Benchmarks.Serving.Load;

/// <summary>The processor time that this process has taken since a moment.</summary>
internal readonly struct ProcessorClock
{
    private readonly TimeSpan _before;

    private ProcessorClock(TimeSpan before) => _before = before;

    /// <summary>Seconds since the start.</summary>
    public double Seconds => (Now - _before).TotalSeconds;

    private static TimeSpan Now => Process.GetCurrentProcess().TotalProcessorTime;

    /// <summary>Begins.</summary>
    public static ProcessorClock Start() => new(Now);
}
