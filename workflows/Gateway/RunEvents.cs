using System.Diagnostics;
using System.Net.ServerSentEvents;
using System.Runtime.CompilerServices;
using DaprHep.Hosting.Contracts;
using Grpc.Core;

namespace DaprHep.Gateway;

/// <summary>
/// A run as server-sent events: <c>step</c> when another step begins, <c>progress</c>, <c>points</c>, <c>work</c> and <c>log</c> as they
/// come, <c>state</c> when the run's state changes, <c>metrics</c> at the end of a completed run. The last event is the <c>state</c> the run
/// ended in.
/// </summary>
internal sealed class RunEvents(Runs runs, ProgressBoard boards, IHostApplicationLifetime lifetime)
{
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(250);
    private static readonly TimeSpan ShortestPause = TimeSpan.FromMilliseconds(40);
    private static readonly TimeSpan LateNewsLimit = TimeSpan.FromMilliseconds(1000);
    private static readonly TimeSpan LateNewsPause = TimeSpan.FromMilliseconds(10);

    public async IAsyncEnumerable<SseItem<object>> WatchAsync(string run, [EnumeratorCancellation] CancellationToken aborted)
    {
        using var ends = CancellationTokenSource.CreateLinkedTokenSource(aborted, lifetime.ApplicationStopping);
        var seen = new Dictionary<string, ProgressState>();
        RunBoard board = await boards.FindAsync(run, ends.Token);
        RunState? last = null;
        long told = 0, looked = 0;
        Task ended = EndAsync(run, ends.Token);
        try
        {
            while (!ends.IsCancellationRequested)
            {
                Task news = board.News;
                RunState? state = last;
                if (last is null || ended.IsCompleted || Stopwatch.GetElapsedTime(looked) >= Interval)
                {
                    (state, looked) = (await FindAsync(run, last, ends.Token), Stopwatch.GetTimestamp());
                    await ReadOthersAsync(run, ends.Token);
                    if (ended.IsCompleted)
                        ended = Task.Delay(Timeout.Infinite, ends.Token);
                }
                if (state is null)
                    yield break;
                if (state.Step is not null && state.Step != last?.Step)
                    yield return new SseItem<object>(new { run, step = state.Step }, "step");
                if (state.Status == "completed")
                    await LateNewsAsync(run, board, ends.Token);
                foreach (ProgressState progress in board.Steps.Where(p => seen.GetValueOrDefault(p.Step) != p))
                {
                    seen[progress.Step] = progress;
                    yield return new SseItem<object>(progress, "progress");
                }
                var (work, points, log) = board.Since(told, out told);
                if (points.Count > 0)
                    yield return new SseItem<object>(points, "points");
                if (work.Count > 0)
                    yield return new SseItem<object>(work, "work");
                if (log.Count > 0)
                    yield return new SseItem<object>(log, "log");
                if (state.Result is { } result)
                    yield return new SseItem<object>(new { run, result.Accuracy, result.Auc }, "metrics");
                if (IsOther(state, last))
                    yield return new SseItem<object>(state, "state");
                if (state.HasEnded)
                    yield break;
                last = state;
                await Task.Delay(ShortestPause, ends.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
                await Task.WhenAny(ended, news, Task.Delay(Interval, ends.Token));
            }
        }
        finally
        {
            await ends.CancelAsync();
        }
    }

    private static bool IsOther(RunState state, RunState? last) =>
        state.Status != last?.Status || state.Waiting != last.Waiting || state.Parts != last.Parts || state.Step != last.Step
        || state.Timings?.Count != last.Timings?.Count;

    // Ends when the run has, or when that can't be known.
    private async Task EndAsync(string run, CancellationToken cancellation)
    {
        try
        {
            await runs.WaitAsync(run, cancellation);
        }
        catch (Exception e) when (e is RpcException or OperationCanceledException or InvalidOperationException)
        {
            // The run is asked for at intervals all the same.
        }
    }

    // The last progress of a step takes another way than its end, and may come after it.
    private async Task LateNewsAsync(string run, RunBoard board, CancellationToken cancellation)
    {
        long started = Stopwatch.GetTimestamp();
        while (!ProgressBoard.IsComplete(board) && Stopwatch.GetElapsedTime(started) < LateNewsLimit)
        {
            await Task.Delay(LateNewsPause, cancellation).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            await ReadOthersAsync(run, cancellation);
        }
    }

    // What has reached other replicas of the gateway.
    private async Task ReadOthersAsync(string run, CancellationToken cancellation)
    {
        try
        {
            await boards.FindAsync(run, cancellation);
        }
        catch (OperationCanceledException)
        {
            // The watcher has gone.
        }
    }

    // A sidecar that is away for a moment is no news of the run.
    private async Task<RunState?> FindAsync(string run, RunState? last, CancellationToken cancellation)
    {
        try
        {
            return await runs.FindAsync(run, cancellation);
        }
        catch (Exception e) when (e is RpcException or OperationCanceledException)
        {
            return cancellation.IsCancellationRequested ? null : last;
        }
    }
}
