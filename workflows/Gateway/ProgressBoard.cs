using System.Collections.Concurrent;
using DaprHep.Hosting.Contracts;

namespace DaprHep.Gateway;

/// <summary>
/// What processes have told of every run, from the messages of topic <c>progress</c>. Runs without news for an hour are forgotten here; the
/// archive still has them.
/// </summary>
internal sealed class ProgressBoard(BoardArchive archive, ILogger<ProgressBoard> logger) : BackgroundService
{
    private static readonly TimeSpan Forgotten = TimeSpan.FromHours(1);
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(3);
    private readonly ConcurrentDictionary<string, RunBoard> _runs = new();

    /// <summary>Takes a message.</summary>
    public void Take(ProgressMessage message) => _runs.GetOrAdd(message.Run, _ => new RunBoard()).Take(message);

    /// <summary>What is known of a run, also from before this gateway started.</summary>
    public async Task<RunBoard> FindAsync(string run, CancellationToken cancellation)
    {
        RunBoard board = _runs.GetOrAdd(run, _ => new RunBoard());
        if (!board.IsLoaded)
            await archive.LoadAsync(run, board, cancellation);
        return board;
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
        using var timer = new PeriodicTimer(Interval);
        try
        {
            while (await timer.WaitForNextTickAsync(stoppingToken))
                await KeepAsync(stoppingToken);
        }
        catch (OperationCanceledException)
        {
            // What is left is kept at the stop.
        }
    }

    private async Task KeepAsync(CancellationToken cancellation)
    {
        foreach ((string run, RunBoard board) in _runs)
        {
            if (!await archive.KeepAsync(run, board, cancellation))
                logger.LogDebug("What is known of run {Run} is not kept yet", run);
            else if (DateTimeOffset.UtcNow - board.Changed > Forgotten)
                _runs.TryRemove(run, out _);
        }
    }
}
