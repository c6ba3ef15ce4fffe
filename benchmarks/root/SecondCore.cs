using System.Diagnostics;

namespace DaprHep.Benchmarks.Root;

/// <summary>What a second thread gains at best on this machine at this moment: pure arithmetic, nothing shared.</summary>
internal sealed class SecondCore
{
    private const int Rounds = 2_000_000;
    private readonly ulong[] _results = new ulong[2 * 16];
    private double _one = double.MaxValue;
    private double _two = double.MaxValue;

    /// <summary>Close to 2 where both cores are free; near 1 where other programs keep them busy, and then no reader gains more.</summary>
    public double Gain => _one / _two;

    public void Measure()
    {
        var start = Stopwatch.GetTimestamp();
        Spin(0);
        Spin(1);
        _one = Math.Min(_one, Stopwatch.GetElapsedTime(start).TotalSeconds);
        start = Stopwatch.GetTimestamp();
        var second = new Thread(() => Spin(1));
        second.Start();
        Spin(0);
        second.Join();
        _two = Math.Min(_two, Stopwatch.GetElapsedTime(start).TotalSeconds);
    }

    private void Spin(int thread)
    {
        var x = 1UL;
        for (var i = 0; i < Rounds; i++)
            x = x * 2862933555777941757UL + 3037000493UL;
        _results[16 * thread] = x;
    }
}
