using System.Diagnostics;
using DaprHep.Root.Tests.Fuzzing;

namespace DaprHep.Benchmarks.Fuzz;

/// <summary>A row of numbers, worked off by all cores, and what was remarkable about them.</summary>
internal sealed class Campaign
{
    /// <summary>A case that takes longer on the wall's clock does not end.</summary>
    private static readonly TimeSpan HangLimit = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan ReportInterval = TimeSpan.FromSeconds(30);

    private readonly IReadOnlyList<(string Name, byte[] Bytes)> _seeds;
    private readonly int _first;
    private readonly int _end;
    private readonly Lock _guard = new();
    private readonly Running[] _running;
    private readonly List<string> _failures = [];
    private (FuzzResult Result, int Number) _slowest;
    private (FuzzResult Result, int Number) _largest;
    private long _refused;
    private long _time;
    private int _next;
    private int _done;

    public Campaign(IReadOnlyList<(string Name, byte[] Bytes)> seeds, int first, int cases)
    {
        _seeds = seeds;
        _first = first;
        _end = first + cases;
        _next = first;
        _running = [.. Enumerable.Range(0, Environment.ProcessorCount).Select(_ => new Running())];
    }

    public int Failures => _failures.Count;

    public void Run()
    {
        var start = Stopwatch.GetTimestamp();
        var threads = _running.Select(own => new Thread(() => Work(own)) { IsBackground = true }).ToList();
        threads.ForEach(t => t.Start());
        var reported = start;
        while (threads.Exists(t => t.IsAlive))
        {
            Thread.Sleep(50);
            if (Array.Find(_running, r => r.Number >= 0 && Stopwatch.GetElapsedTime(r.Since) > HangLimit) is { } hung)
            {
                lock (_guard)
                    _failures.Add($"{Name(hung.Number)}: still busy after {HangLimit.TotalSeconds:N0} s");
                break;
            }
            if (Stopwatch.GetElapsedTime(reported) > ReportInterval)
            {
                reported = Stopwatch.GetTimestamp();
                Console.Error.WriteLine($"{_done:N0} of {_end - _first:N0}, {_failures.Count} failures");
            }
        }
        Print(Stopwatch.GetElapsedTime(start));
    }

    private void Work(Running own)
    {
        for (var number = Interlocked.Increment(ref _next) - 1; number < _end; number = Interlocked.Increment(ref _next) - 1)
        {
            own.Since = Stopwatch.GetTimestamp();
            own.Number = number;
            var result = FuzzCase.Run(_seeds[number % _seeds.Count].Bytes, number, FuzzCase.Branches);
            own.Number = -1;
            lock (_guard)
                Take(number, result);
        }
    }

    private void Take(int number, FuzzResult result)
    {
        _done++;
        _refused += result.Refusals > 0 ? 1 : 0;
        _time += result.Time.Ticks;
        if (result.Time > _slowest.Result.Time)
            _slowest = (result, number);
        if (result.Allocated > _largest.Result.Allocated)
            _largest = (result, number);
        if (result.Failure is { } failure)
            _failures.Add($"{Name(number)}: {failure}");
    }

    private void Print(TimeSpan elapsed)
    {
        lock (_guard)
        {
            Console.WriteLine(
                $"{_done:N0} damaged files from {_seeds.Count} seeds, numbers {_first:N0} to {_end - 1:N0}, "
                + $"{_running.Length} cores, {elapsed.TotalSeconds:N0} s");
            var each = new TimeSpan(_time).TotalMilliseconds / Math.Max(1, _done);
            Console.WriteLine($"{_refused:N0} refused in whole or in part, {_done - _refused:N0} read; {each:F2} ms each");
            Console.WriteLine($"slowest: {_slowest.Result.Time.TotalMilliseconds:F0} ms, {Name(_slowest.Number)}; limit 1000 ms");
            Console.WriteLine($"largest: {_largest.Result.Allocated / 1e6:F0} MB, {Name(_largest.Number)}; limit 268 MB");
            Console.WriteLine($"{_failures.Count} failures");
            _failures.ForEach(Console.WriteLine);
        }
    }

    private string Name(int number) => $"number {number}, seed {_seeds[number % _seeds.Count].Name}";

    private sealed class Running
    {
        public volatile int Number = -1;
        public long Since;
    }
}
