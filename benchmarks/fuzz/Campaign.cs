using System.Diagnostics;
using DaprHep.Root.Tests.Fuzzing;

namespace DaprHep.Benchmarks.Fuzz;

/// <summary>A row of numbers, worked off by all cores, and what was remarkable about them.</summary>
internal sealed class Campaign
{
    /// <summary>A case that takes longer on the wall's clock does not end.</summary>
    private static readonly TimeSpan HangLimit = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan ReportInterval = TimeSpan.FromSeconds(30);

    private readonly IReadOnlyList<(string Name, byte[] Bytes)> seeds;
    private readonly int first;
    private readonly int end;
    private readonly Lock guard = new();
    private readonly Running[] running;
    private readonly List<string> failures = [];
    private (FuzzResult Result, int Number) slowest;
    private (FuzzResult Result, int Number) largest;
    private long refused;
    private long time;
    private int next;
    private int done;

    public Campaign(IReadOnlyList<(string Name, byte[] Bytes)> seeds, int first, int cases)
    {
        this.seeds = seeds;
        this.first = first;
        end = first + cases;
        next = first;
        running = [.. Enumerable.Range(0, Environment.ProcessorCount).Select(_ => new Running())];
    }

    public int Failures => failures.Count;

    public void Run()
    {
        var start = Stopwatch.GetTimestamp();
        var threads = running.Select(own => new Thread(() => Work(own)) { IsBackground = true }).ToList();
        threads.ForEach(t => t.Start());
        var reported = start;
        while (threads.Exists(t => t.IsAlive))
        {
            Thread.Sleep(50);
            if (Array.Find(running, r => r.Number >= 0 && Stopwatch.GetElapsedTime(r.Since) > HangLimit) is { } hung)
            {
                lock (guard)
                    failures.Add($"{Name(hung.Number)}: still busy after {HangLimit.TotalSeconds:N0} s");
                break;
            }
            if (Stopwatch.GetElapsedTime(reported) > ReportInterval)
            {
                reported = Stopwatch.GetTimestamp();
                Console.Error.WriteLine($"{done:N0} of {end - first:N0}, {failures.Count} failures");
            }
        }
        Print(Stopwatch.GetElapsedTime(start));
    }

    private void Work(Running own)
    {
        for (var number = Interlocked.Increment(ref next) - 1; number < end; number = Interlocked.Increment(ref next) - 1)
        {
            own.Since = Stopwatch.GetTimestamp();
            own.Number = number;
            var result = FuzzCase.Run(seeds[number % seeds.Count].Bytes, number, FuzzCase.Branches);
            own.Number = -1;
            lock (guard)
                Take(number, result);
        }
    }

    private void Take(int number, FuzzResult result)
    {
        done++;
        refused += result.Refusals > 0 ? 1 : 0;
        time += result.Time.Ticks;
        if (result.Time > slowest.Result.Time)
            slowest = (result, number);
        if (result.Allocated > largest.Result.Allocated)
            largest = (result, number);
        if (result.Failure is { } failure)
            failures.Add($"{Name(number)}: {failure}");
    }

    private void Print(TimeSpan elapsed)
    {
        lock (guard)
        {
            Console.WriteLine(
                $"{done:N0} damaged files from {seeds.Count} seeds, numbers {first:N0} to {end - 1:N0}, "
                + $"{running.Length} cores, {elapsed.TotalSeconds:N0} s");
            var each = new TimeSpan(time).TotalMilliseconds / Math.Max(1, done);
            Console.WriteLine($"{refused:N0} refused in whole or in part, {done - refused:N0} read; {each:F2} ms each");
            Console.WriteLine($"slowest: {slowest.Result.Time.TotalMilliseconds:F0} ms, {Name(slowest.Number)}; limit 1000 ms");
            Console.WriteLine($"largest: {largest.Result.Allocated / 1e6:F0} MB, {Name(largest.Number)}; limit 268 MB");
            Console.WriteLine($"{failures.Count} failures");
            failures.ForEach(Console.WriteLine);
        }
    }

    private string Name(int number) => $"number {number}, seed {seeds[number % seeds.Count].Name}";

    private sealed class Running
    {
        public volatile int Number = -1;
        public long Since;
    }
}
