using System.Collections.Concurrent;
using System.Threading.Channels;
using DaprHep.Data.Events;
using DaprHep.Learning.Inference;
using DaprHep.Serving.Http;

namespace DaprHep.Serving.Models;

/// <summary>How a shadow's answers compare with those that were given.</summary>
/// <param name="Version">The shadow.</param>
/// <param name="Events">Events that both have judged.</param>
/// <param name="Agreed">Those for which both have the same class.</param>
/// <param name="MeanDifference">Mean of the largest difference of an event's probabilities.</param>
/// <param name="LargestDifference">The largest of them.</param>
/// <param name="Dropped">Events that were passed over because the process had other work.</param>
internal sealed record ShadowStatistics(
    string Version, long Events, long Agreed, double MeanDifference, double LargestDifference, long Dropped);

/// <summary>
/// Lets shadows judge the events that others have answered, after the answer and one request at a time; what comes while too much is
/// waiting is passed over, so that a shadow never costs an answer.
/// </summary>
internal sealed class ShadowComparison(MemoryBudget budget) : BackgroundService
{
    private const int MostWaiting = 64;
    private const int MostEvents = 1024;

    private readonly ConcurrentDictionary<(string Model, string Version), Sum> _sums = new();
    private readonly Channel<Work> _waiting = Channel.CreateBounded<Work>(
        new BoundedChannelOptions(MostWaiting) { SingleReader = true, FullMode = BoundedChannelFullMode.Wait });

    /// <summary>How a model's shadow does; null where it has none or has seen nothing.</summary>
    public ShadowStatistics? Find(string model, string? shadow) =>
        shadow is not null && _sums.TryGetValue((model, shadow), out Sum? sum) ? sum.Read(shadow) : null;

    /// <summary>Takes over the events of an answer that was computed; their buffer stays the caller's.</summary>
    /// <param name="answer">Who has answered.</param>
    /// <param name="hlf">Features, [events, 14]; empty where they are not read.</param>
    /// <param name="particles">Particle rows, [rows, 19].</param>
    /// <param name="offsets">Where each event's rows begin and end; empty where they are not read.</param>
    /// <param name="probabilities">What was answered, [events, classes].</param>
    public void Offer(
        in Answer answer,
        ReadOnlySpan<float> hlf,
        ReadOnlySpan<float> particles,
        ReadOnlySpan<int> offsets,
        ReadOnlySpan<float> probabilities)
    {
        int classes = answer.Serving.Predictor.Classes, events = probabilities.Length / classes;
        if (answer.Shadow is not { } shadow || events == 0)
            return;
        Sum sum = _sums.GetOrAdd((answer.Model, shadow.Version.Version), _ => new Sum());
        int count = Math.Min(events, MostEvents);
        EventBuffer own = budget.Rent();
        try
        {
            for (int i = 0; i < count; i++)
            {
                own.Add(
                    hlf.IsEmpty ? hlf : hlf.Slice(i * EventSchema.Features, EventSchema.Features),
                    particles,
                    offsets.IsEmpty ? offsets : offsets.Slice(i, 2));
            }
            float[] given = probabilities[..(count * classes)].ToArray();
            if (_waiting.Writer.TryWrite(new Work(own, given, shadow.Predictor, sum)))
            {
                sum.Drop(events - count);
                return;
            }
        }
        catch (RequestProblem)
        {
            // There is no memory for it.
        }
        sum.Drop(events);
        budget.Return(own);
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        try
        {
            await foreach (Work work in _waiting.Reader.ReadAllAsync(stoppingToken))
                await Task.Run(() => Compare(work), CancellationToken.None);
        }
        catch (OperationCanceledException)
        {
            // The process stops.
        }
    }

    private void Compare(Work work)
    {
        EventBuffer events = work.Events;
        try
        {
            Span<float> own = events.Probabilities(work.Shadow.Classes);
            work.Shadow.Predict(events.Hlf, events.Particles, events.Offsets, own);
            work.Sum.Add(own, work.Given, work.Shadow.Classes);
        }
        catch (Exception e) when (e is PredictionInputException or RequestProblem)
        {
            work.Sum.Drop(events.Count);
        }
        finally
        {
            budget.Return(events);
        }
    }

    private sealed record Work(EventBuffer Events, float[] Given, Predictor Shadow, Sum Sum);

    private sealed class Sum
    {
        private readonly Lock _lock = new();
        private long _events;
        private long _agreed;
        private long _dropped;
        private double _total;
        private double _largest;

        public void Add(ReadOnlySpan<float> own, ReadOnlySpan<float> given, int classes)
        {
            lock (_lock)
            {
                for (int first = 0; first < own.Length; first += classes)
                {
                    float difference = 0;
                    (int best, int bestGiven) = (0, 0);
                    for (int c = 0; c < classes; c++)
                    {
                        difference = Math.Max(difference, Math.Abs(own[first + c] - given[first + c]));
                        best = own[first + c] > own[first + best] ? c : best;
                        bestGiven = given[first + c] > given[first + bestGiven] ? c : bestGiven;
                    }
                    _events++;
                    _agreed += best == bestGiven ? 1 : 0;
                    _total += difference;
                    _largest = Math.Max(_largest, difference);
                }
            }
        }

        public void Drop(long events)
        {
            lock (_lock)
                _dropped += events;
        }

        public ShadowStatistics Read(string version)
        {
            lock (_lock)
                return new ShadowStatistics(version, _events, _agreed, _events > 0 ? _total / _events : 0, _largest, _dropped);
        }
    }
}
