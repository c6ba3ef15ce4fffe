using Dapr;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace DaprHep.Hosting.Runs;

/// <summary>
/// Looks for the marks of the runs that have work in this process, when the first work of a run comes and every second from then on: work
/// of cancelled and failed runs is stopped, that of suspended ones rests. A process without work asks nothing.
/// </summary>
internal sealed class RunWatch(RunMarks marks, TimeProvider time, ILogger<RunWatch> logger) : BackgroundService
{
    /// <summary>How often processes with work look.</summary>
    public static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan CallLimit = TimeSpan.FromSeconds(2);
    private readonly Dictionary<string, Watched> _runs = [];
    private readonly Lock _lock = new();

    /// <summary>Notes that this process works for a run, until what is returned is disposed.</summary>
    public RunWork Enter(string run)
    {
        Watched? watched;
        bool isFirst;
        CancellationToken suspended;
        lock (_lock)
        {
            if (isFirst = !_runs.TryGetValue(run, out watched))
                _runs.Add(run, watched = new Watched());
            watched!.Works++;
            suspended = watched.Suspended.Token;
        }
        if (isFirst)
            _ = LookAsync([run], CancellationToken.None);
        return new RunWork(() => GoesOnOf(watched), () => Leave(run, watched)) { Cancelled = watched.Cancelled.Token, Suspended = suspended };
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Interval, time);
        try
        {
            while (await timer.WaitForNextTickAsync(stoppingToken))
            {
                string[] runs;
                lock (_lock)
                    runs = [.. _runs.Keys];
                if (runs.Length > 0)
                    await LookAsync(runs, stoppingToken);
            }
        }
        catch (OperationCanceledException)
        {
            // The process stops.
        }
    }

    private async Task LookAsync(string[] runs, CancellationToken stopping)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(stopping);
        limit.CancelAfter(CallLimit);
        try
        {
            IReadOnlyList<RunMark> found = await marks.OfAsync(runs, limit.Token);
            for (int i = 0; i < runs.Length; i++)
                await TakeAsync(runs[i], found[i]);
        }
        catch (Exception e) when (e is DaprException or HttpRequestException or System.Text.Json.JsonException
            || (e is OperationCanceledException && !stopping.IsCancellationRequested))
        {
            logger.LogDebug("The marks of runs are not known: {Reason}", e.Message);
            lock (_lock)
            {
                // Work does not wait for a store that is away.
                foreach (string run in runs)
                {
                    if (_runs.TryGetValue(run, out Watched? watched) && !watched.Suspended.IsCancellationRequested)
                        watched.GoesOn.TrySetResult();
                }
            }
        }
    }

    private async Task TakeAsync(string run, RunMark mark)
    {
        CancellationTokenSource? stops = null;
        lock (_lock)
        {
            if (!_runs.TryGetValue(run, out Watched? watched))
                return;
            switch (mark)
            {
                case RunMark.Cancelled or RunMark.Failed:
                    stops = watched.Cancelled;
                    break;
                case RunMark.Suspended:
                    stops = watched.Suspended;
                    if (watched.GoesOn.Task.IsCompleted)
                        watched.GoesOn = NewSource();
                    break;
                case RunMark.None when watched.Cancelled.IsCancellationRequested:
                    // An ended run that begins again finds nothing of its former life here.
                    _runs.Remove(run);
                    break;
                case RunMark.None:
                    if (watched.Suspended.IsCancellationRequested)
                        watched.Suspended = new CancellationTokenSource();
                    watched.GoesOn.TrySetResult();
                    break;
            }
        }
        if (stops is not { IsCancellationRequested: false })
            return;
        string does = mark == RunMark.Suspended ? "rests" : "stops";
        logger.LogInformation("Run {Run} is {Mark}; its work in this process {Does}", run, mark.ToString().ToLowerInvariant(), does);
        await stops.CancelAsync();
    }

    private Task GoesOnOf(Watched watched)
    {
        lock (_lock)
            return watched.GoesOn.Task;
    }

    private void Leave(string run, Watched watched)
    {
        lock (_lock)
        {
            if (--watched.Works == 0 && _runs.GetValueOrDefault(run) == watched)
                _runs.Remove(run);
        }
    }

    private static TaskCompletionSource NewSource() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    private sealed class Watched
    {
        public CancellationTokenSource Cancelled { get; } = new();

        public CancellationTokenSource Suspended { get; set; } = new();

        /// <summary>Set when the first look is over and has found the run going on, and whenever it goes on again.</summary>
        public TaskCompletionSource GoesOn { get; set; } = NewSource();

        public int Works { get; set; }
    }
}
