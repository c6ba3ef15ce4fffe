using System.Diagnostics;
using System.Net.ServerSentEvents;
using System.Runtime.CompilerServices;
using DaprHep.Hosting.Contracts;
using Grpc.Core;

namespace DaprHep.Gateway;

/// <summary>
/// A run as server-sent events: <c>step</c> when another step begins, <c>progress</c> as it comes, <c>state</c> when the run's state
/// changes, <c>metrics</c> at the end of a completed run. The last event is the <c>state</c> the run ended in.
/// </summary>
internal sealed class RunEvents(Runs runs, ProgressBoard board, IHostApplicationLifetime lifetime)
{
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(250);
    private static readonly TimeSpan LateNewsLimit = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan LateNewsPause = TimeSpan.FromMilliseconds(10);

    public async IAsyncEnumerable<SseItem<object>> WatchAsync(string run, [EnumeratorCancellation] CancellationToken aborted)
    {
        using var ends = CancellationTokenSource.CreateLinkedTokenSource(aborted, lifetime.ApplicationStopping);
        var seen = new Dictionary<string, ProgressState>();
        RunState? last = null;
        Task ended = EndAsync(run, ends.Token);
        try
        {
            while (!ends.IsCancellationRequested)
            {
                RunState? state = await FindAsync(run, last, ends.Token);
                if (state is null)
                    yield break;
                if (state.Step is not null && state.Step != last?.Step)
                    yield return new SseItem<object>(new { run, step = state.Step }, "step");
                if (state.Status == "completed")
                    await LateNewsAsync(run, ends.Token);
                foreach (ProgressState progress in board.Of(run).Where(p => seen.GetValueOrDefault(p.Step) != p))
                {
                    seen[progress.Step] = progress;
                    yield return new SseItem<object>(progress, "progress");
                }
                if (state.Result is { } result)
                    yield return new SseItem<object>(new { run, result.Accuracy, result.Auc }, "metrics");
                if (state.Status != last?.Status || state.Waiting != last.Waiting)
                    yield return new SseItem<object>(state, "state");
                if (state.HasEnded)
                    yield break;
                last = state;
                await Task.WhenAny(ended, Task.Delay(Interval, ends.Token));
                if (ended.IsCompleted)
                    ended = Task.Delay(Timeout.Infinite, ends.Token);
            }
        }
        finally
        {
            await ends.CancelAsync();
        }
    }

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
    private async Task LateNewsAsync(string run, CancellationToken cancellation)
    {
        long started = Stopwatch.GetTimestamp();
        while (!board.IsComplete(run) && Stopwatch.GetElapsedTime(started) < LateNewsLimit)
            await Task.Delay(LateNewsPause, cancellation).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
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
