using System.Collections.Concurrent;
using System.Diagnostics;
using DaprHep.Learning.Inference;
using DaprHep.Serving.Http;

namespace DaprHep.Serving.Models;

/// <summary>
/// Computes the events of requests: at once and on the spot while cores are free, which costs no hand-over to another thread; together with
/// those of others when all cores compute already. Who comes then queues, and the next work item of the thread pool takes all that are
/// waiting by that time. A batch is never larger than what takes the latency budget, by the time that events took so far; a request that
/// takes longer by itself goes to threads of its own.
/// </summary>
/// <param name="predictor">What computes.</param>
/// <param name="places">How many requests are computed on the spot at a time; the others queue.</param>
internal sealed class BatchQueue(Predictor predictor, int places) : IThreadPoolWorkItem
{
    private const int Alone = 64;
    private const int LargestBatch = 1024;
    private const double BudgetSeconds = 0.002;

    // Less than a hand-over takes.
    private const double SpotSeconds = 20e-6;
    private const double Weight = 0.1;

    private readonly ConcurrentQueue<EventBuffer> _waiting = new();
    private int _scheduled;
    private int _taken;
    private double _secondsAnEvent = BudgetSeconds / 16;
    private long _batches;
    private long _events;

    /// <summary>Batches computed so far, and the events in them.</summary>
    public (long Batches, long Events) Done => (Interlocked.Read(ref _batches), Interlocked.Read(ref _events));

    /// <summary>Computes the probabilities of a buffer's events.</summary>
    /// <exception cref="PredictionInputException">An event can't be predicted.</exception>
    public ValueTask PredictAsync(EventBuffer events)
    {
        double seconds = Volatile.Read(ref _secondsAnEvent) * events.Count;
        if (events.Count >= Alone && seconds > BudgetSeconds)
            return new ValueTask(ComputeLongAsync(events));
        bool takesLong = events.Count < Alone && seconds > SpotSeconds;
        if (Interlocked.Increment(ref _taken) <= places || !takesLong)
        {
            try
            {
                Compute(events);
            }
            finally
            {
                Interlocked.Decrement(ref _taken);
            }
            return ValueTask.CompletedTask;
        }
        Interlocked.Decrement(ref _taken);
        ValueTask done = events.Wait();
        _waiting.Enqueue(events);
        Schedule();
        return done;
    }

    /// <summary>Computes what is waiting.</summary>
    public void Execute()
    {
        Volatile.Write(ref _scheduled, 0);
        Interlocked.MemoryBarrier();
        if (!_waiting.TryDequeue(out EventBuffer? first))
            return;
        int most = (int)Math.Clamp(BudgetSeconds / Volatile.Read(ref _secondsAnEvent), 1, LargestBatch), count = first.Count;
        List<EventBuffer>? others = null;
        while (count < most && _waiting.TryDequeue(out EventBuffer? next))
        {
            (others ??= []).Add(next);
            count += next.Count;
        }
        if (!_waiting.IsEmpty)
            Schedule();
        if (others is null)
            ComputeAlone(first);
        else
            ComputeTogether([first, .. others]);
    }

    private async Task ComputeLongAsync(EventBuffer events)
    {
        events.Probabilities(predictor.Classes);
        await BulkThreads.PredictAsync(events.Count, (first, end) => predictor.Predict(
            events.Hlf[(first * predictor.Features)..(end * predictor.Features)],
            events.Particles,
            events.Offsets[first..(end + 1)],
            events.Probabilities(predictor.Classes)[(first * predictor.Classes)..(end * predictor.Classes)]));
        Interlocked.Increment(ref _batches);
        Interlocked.Add(ref _events, events.Count);
    }

    private void Schedule()
    {
        if (Interlocked.Exchange(ref _scheduled, 1) == 0)
            ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: false);
    }

    private void ComputeTogether(List<EventBuffer> parts)
    {
        EventBuffer all = parts[0].Budget.Rent();
        try
        {
            foreach (EventBuffer part in parts)
            {
                for (int i = 0; i < part.Count; i++)
                    all.Copy(part, i);
            }
            Compute(all);
            int first = 0;
            foreach (EventBuffer part in parts)
            {
                int values = part.Count * predictor.Classes;
                all.Probabilities(predictor.Classes).Slice(first, values).CopyTo(part.Probabilities(predictor.Classes));
                first += values;
            }
        }
        catch (Exception)
        {
            // Whose event it was shows when each is computed by itself.
            foreach (EventBuffer part in parts)
                ComputeAlone(part);
            return;
        }
        finally
        {
            parts[0].Budget.Return(all);
        }
        foreach (EventBuffer part in parts)
            part.Finish();
    }

    private void ComputeAlone(EventBuffer events)
    {
        try
        {
            Compute(events);
        }
        catch (Exception e)
        {
            events.Finish(e);
            return;
        }
        events.Finish();
    }

    private void Compute(EventBuffer events)
    {
        if (events.Count == 0)
            return;
        long started = Stopwatch.GetTimestamp();
        predictor.Predict(events.Hlf, events.Particles, events.Offsets, events.Probabilities(predictor.Classes));
        double seconds = Stopwatch.GetElapsedTime(started).TotalSeconds / events.Count;
        Volatile.Write(ref _secondsAnEvent, Math.Max(1e-7, _secondsAnEvent + (Weight * (seconds - _secondsAnEvent))));
        Interlocked.Increment(ref _batches);
        Interlocked.Add(ref _events, events.Count);
    }
}
