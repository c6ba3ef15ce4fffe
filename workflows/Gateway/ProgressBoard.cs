using System.Collections.Concurrent;
using System.Diagnostics;
using DaprHep.Hosting.Contracts;

namespace DaprHep.Gateway;

/// <summary>
/// What processes have told of every run, from the messages of topic <c>progress</c> and from the other replicas of this gateway. Runs that
/// nobody tells or asks of for an hour are forgotten here; the archive still has them.
/// </summary>
internal sealed class ProgressBoard(BoardArchive archive, ILogger<ProgressBoard> logger) : BackgroundService
{
    // Keeping takes a tenth of the time at most, however slow the store is; pages of another replica are as live as that.
    private const int Rest = 9;
    private static readonly TimeSpan Forgotten = TimeSpan.FromHours(1);
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(250);
    private static readonly TimeSpan Fresh = TimeSpan.FromMilliseconds(200);
    private readonly ConcurrentDictionary<string, ToldRun> _runs = new();

    /// <summary>Takes a message.</summary>
    public void Take(ProgressMessage message)
    {
        ToldRun told = Of(message.Run);
        told.Here.Take(message);
        told.All.Take(message);
    }

    /// <summary>What is known of a run, whichever gateway was told, also before this one started.</summary>
    public async Task<RunBoard> FindAsync(string run, CancellationToken cancellation)
    {
        ToldRun told = Of(run);
        await told.ReadAsync(() => archive.ReadAsync(run, told), Fresh).WaitAsync(cancellation);
        return told.All;
    }

    /// <summary>Whether every step that reports has reported all its events.</summary>
    public static bool IsComplete(RunBoard board)
    {
        IReadOnlyList<ProgressState> reported = board.Steps;
        return Steps.InOrder.All(step => step.Step is Steps.Report or Steps.Tune or Steps.Promote
            || reported.Any(p => p.Step == step.Step && p.Events == p.TotalEvents));
    }

    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        await base.StopAsync(cancellationToken);
        await KeepAsync(cancellationToken);
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        try
        {
            while (true)
            {
                long started = Stopwatch.GetTimestamp();
                await KeepAsync(stoppingToken);
                TimeSpan rest = Stopwatch.GetElapsedTime(started) * Rest;
                await Task.Delay(rest > Interval ? rest : Interval, stoppingToken);
            }
        }
        catch (OperationCanceledException)
        {
            // What is left is kept at the stop.
        }
    }

    private ToldRun Of(string run)
    {
        ToldRun told = _runs.GetOrAdd(run, _ => new ToldRun());
        told.Use();
        return told;
    }

    private async Task KeepAsync(CancellationToken cancellation)
    {
        foreach ((string run, ToldRun told) in _runs)
        {
            if (!await archive.KeepAsync(run, told, cancellation))
                logger.LogDebug("What is known of run {Run} is not kept yet", run);
            else if (told.Idle > Forgotten)
                _runs.TryRemove(run, out _);
        }
    }
}
