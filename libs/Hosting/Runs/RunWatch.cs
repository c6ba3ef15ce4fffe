using Dapr;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace DaprHep.Hosting.Runs;

/// <summary>
/// Looks every second whether one of the runs that have work in this process is cancelled, and stops the work of those that are. A process
/// without work asks nothing.
/// </summary>
internal sealed class RunWatch(RunMarks marks, TimeProvider time, ILogger<RunWatch> logger) : BackgroundService
{
    /// <summary>How often processes with work look.</summary>
    public static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan CallLimit = TimeSpan.FromSeconds(2);

    // Activities that were on their way to this process when their run was cancelled need not wait for the next look.
    private static readonly TimeSpan Remembered = TimeSpan.FromMinutes(1);
    private readonly Dictionary<string, Watched> _runs = [];
    private readonly Lock _lock = new();

    /// <summary>Notes that this process works for a run, until what is returned is disposed.</summary>
    public RunWork Enter(string run)
    {
        lock (_lock)
        {
            if (!_runs.TryGetValue(run, out Watched? watched))
                _runs.Add(run, watched = new Watched());
            watched.Works++;
            return new RunWork(() => Leave(run, watched), watched.Cancelled.Token);
        }
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Interval, time);
        try
        {
            while (await timer.WaitForNextTickAsync(stoppingToken))
                await LookAsync(stoppingToken);
        }
        catch (OperationCanceledException)
        {
            // The process stops.
        }
    }

    private async Task LookAsync(CancellationToken stopping)
    {
        string[] runs;
        lock (_lock)
        {
            foreach (string old in _runs.Where(run => IsForgotten(run.Value)).Select(run => run.Key).ToList())
                _runs.Remove(old);
            runs = [.. _runs.Keys];
        }
        if (runs.Length == 0)
            return;
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(stopping);
        limit.CancelAfter(CallLimit);
        try
        {
            IReadOnlyList<string> cancelled = await marks.CancelledOfAsync(runs, limit.Token);
            foreach (string run in runs)
            {
                if (Find(run) is not { } watched || watched.Cancelled.IsCancellationRequested == cancelled.Contains(run))
                    continue;
                if (watched.Cancelled.IsCancellationRequested)
                {
                    Forget(run, watched);
                    continue;
                }
                logger.LogInformation("Run {Run} is cancelled; its work in this process stops", run);
                await watched.Cancelled.CancelAsync();
            }
        }
        catch (Exception e) when (e is DaprException or HttpRequestException or System.Text.Json.JsonException
            || (e is OperationCanceledException && !stopping.IsCancellationRequested))
        {
            logger.LogDebug("It is not known whether runs are cancelled: {Reason}", e.Message);
        }
    }

    private Watched? Find(string run)
    {
        lock (_lock)
            return _runs.GetValueOrDefault(run);
    }

    // A cancelled run that begins again finds nothing of its former life here.
    private void Forget(string run, Watched watched)
    {
        lock (_lock)
        {
            if (_runs.GetValueOrDefault(run) == watched)
                _runs.Remove(run);
        }
    }

    private void Leave(string run, Watched watched)
    {
        lock (_lock)
        {
            watched.Left = time.GetTimestamp();
            if (--watched.Works == 0 && !watched.Cancelled.IsCancellationRequested && _runs.GetValueOrDefault(run) == watched)
                _runs.Remove(run);
        }
    }

    private bool IsForgotten(Watched watched) => watched.Works == 0 && time.GetElapsedTime(watched.Left) > Remembered;

    private sealed class Watched
    {
        public CancellationTokenSource Cancelled { get; } = new();

        public int Works { get; set; }

        public long Left { get; set; }
    }
}

/// <summary>Work of this process for a run.</summary>
internal sealed class RunWork(Action leave, CancellationToken cancelled) : IDisposable
{
    /// <summary>Cancelled when the run is.</summary>
    public CancellationToken Cancelled => cancelled;

    public void Dispose() => leave();
}
