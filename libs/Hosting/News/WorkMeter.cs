using System.Diagnostics;
using DaprHep.Hosting.Contracts;

namespace DaprHep.Hosting.News;

/// <summary>
/// Where the time of the activity or job goes that is under way: it may say what it works on, how much it reads and writes and how long
/// each kind of work takes, whoever calls it. Outside of an activity or a job nothing is measured.
/// </summary>
public sealed class WorkMeter
{
    /// <summary>Reading and writing objects of the store.</summary>
    public const string InputOutput = "io";

    /// <summary>Input files: reading, decompressing, decoding.</summary>
    public const string Inflate = "inflate";

    /// <summary>Physics: selection, isolation, features.</summary>
    public const string Physics = "physics";

    /// <summary>Networks and trees: forward, backward, update.</summary>
    public const string Kernel = "kernel";

    /// <summary>Summing gradients over ranks.</summary>
    public const string AllReduce = "all-reduce";

    private static readonly AsyncLocal<WorkMeter?> Ambient = new();
    private readonly Dictionary<string, double> _seconds = [];
    private readonly Lock _lock = new();
    private readonly Action<WorkRecord> _tell;
    private (double Use, long Memory)? _gpu;
    private long _read;
    private long _written;

    private WorkMeter(Action<WorkRecord> tell) => _tell = tell;

    /// <summary>That of the work under way; null outside of an activity or a job.</summary>
    public static WorkMeter? Current => Ambient.Value;

    /// <summary>What is worked on, for instance the URL of the input file.</summary>
    public string? Subject { get; set; }

    /// <summary>Begins to measure what the caller awaits from here on.</summary>
    /// <param name="tell">Takes what is told of other processes that work for it.</param>
    internal static WorkMeter Begin(Action<WorkRecord> tell) => Ambient.Value = new WorkMeter(tell);

    /// <summary>So many bytes were read.</summary>
    public void Read(long bytes) => Interlocked.Add(ref _read, bytes);

    /// <summary>So many bytes were written.</summary>
    public void Wrote(long bytes) => Interlocked.Add(ref _written, bytes);

    /// <summary>Adds the time since <paramref name="started"/> (<see cref="Stopwatch.GetTimestamp"/>) to a kind of work.</summary>
    public void Spent(string kind, long started) => Spent(kind, Stopwatch.GetElapsedTime(started));

    /// <summary>Adds time to a kind of work.</summary>
    public void Spent(string kind, TimeSpan time)
    {
        lock (_lock)
            _seconds[kind] = _seconds.GetValueOrDefault(kind) + time.TotalSeconds;
    }

    /// <summary>Begins a kind of work that is done when the result is disposed; what is spent on other kinds meanwhile does not count to it.</summary>
    public IDisposable Begin(string kind)
    {
        lock (_lock)
            return new Stretch(this, kind, _seconds.Values.Sum());
    }

    /// <summary>A GPU was busy for this part of the time, and had so many bytes in use at most.</summary>
    public void UsedGpu(double use, long memory)
    {
        lock (_lock)
            _gpu = (use, memory);
    }

    /// <summary>Tells of what another process does for this work; a later record of the same id takes the place of the earlier one.</summary>
    public void Tell(WorkRecord work) => _tell(work);

    /// <summary>Puts what was measured into the record of the work.</summary>
    internal WorkRecord Finish(WorkRecord record)
    {
        lock (_lock)
        {
            return record with
            {
                Subject = Subject ?? record.Subject,
                BytesIn = _read > 0 ? _read : null,
                BytesOut = _written > 0 ? _written : null,
                GpuUse = _gpu?.Use,
                GpuMemory = _gpu?.Memory,
                Seconds = _seconds.Count > 0 ? _seconds.ToDictionary(pair => pair.Key, pair => Math.Round(pair.Value, 6)) : null,
            };
        }
    }

    private sealed class Stretch(WorkMeter meter, string kind, double before) : IDisposable
    {
        private readonly long _started = Stopwatch.GetTimestamp();

        public void Dispose()
        {
            double others;
            lock (meter._lock)
                others = meter._seconds.Values.Sum() - before;
            meter.Spent(kind, TimeSpan.FromSeconds(Math.Max(0, Stopwatch.GetElapsedTime(_started).TotalSeconds - others)));
        }
    }
}
