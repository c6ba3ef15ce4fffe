using System.Collections.Concurrent;
using DaprHep.Learning.Inference;

namespace DaprHep.Serving.Models;

/// <summary>
/// Threads of their own for what takes long. The thread pool has as many threads as there are cores and lets each finish what it began; two
/// bulk requests would hold all of them, and single events wait. The system, though, gives a thread that has slept its turn at once.
/// </summary>
internal static class BulkThreads
{
    // Less is not worth a hand-over.
    private const int FewestEvents = 256;
    private static readonly BlockingCollection<Action> Waiting = Start();

    /// <summary>Computes events in parts, on all cores that are free.</summary>
    /// <param name="events">How many events there are.</param>
    /// <param name="predict">Computes those from the first to the one before the second number.</param>
    /// <exception cref="PredictionInputException">An event can't be predicted; it is counted from the first of all.</exception>
    public static async Task PredictAsync(int events, Action<int, int> predict)
    {
        int size = Math.Max(FewestEvents, 1 + (events / (4 * Environment.ProcessorCount)));
        var parts = new Task[(events + size - 1) / size];
        for (int i = 0; i < parts.Length; i++)
        {
            (int first, int end) = (i * size, Math.Min(events, (i + 1) * size));
            var done = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            parts[i] = done.Task;
            Waiting.Add(() => Run(first, end, predict, done));
        }
        // All of them, for the memory that they read and write is the caller's again afterwards.
        await Task.WhenAll(parts).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        foreach (Task part in parts)
            await part;
    }

    private static void Run(int first, int end, Action<int, int> predict, TaskCompletionSource done)
    {
        try
        {
            predict(first, end);
            done.SetResult();
        }
        catch (PredictionInputException e)
        {
            done.SetException(e.After(first));
        }
        catch (Exception e)
        {
            done.SetException(e);
        }
    }

    private static BlockingCollection<Action> Start()
    {
        var waiting = new BlockingCollection<Action>();
        for (int i = 0; i < Environment.ProcessorCount; i++)
        {
            var thread = new Thread(() =>
            {
                foreach (Action work in waiting.GetConsumingEnumerable())
                    work();
            })
            {
                IsBackground = true,
                Name = "bulk",
            };
            thread.Start();
        }
        return waiting;
    }
}
