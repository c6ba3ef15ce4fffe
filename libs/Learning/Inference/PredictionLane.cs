using DaprHep.Learning.Evaluation;

namespace DaprHep.Learning.Inference;

/// <summary>What one call at a time works with: memory for a block of events, and a model to judge them.</summary>
/// <param name="events">Memory for the prepared events.</param>
/// <param name="scorer">The model.</param>
/// <param name="features">How many features an event has.</param>
/// <param name="classes">How many classes there are.</param>
internal sealed class PredictionLane(PreparedEvents events, EventScorer scorer, int features, int classes)
{
    /// <summary>Computes probabilities, block by block.</summary>
    /// <param name="hlf">Raw features, [events, features]; empty where they are not read.</param>
    /// <param name="particles">Raw particle rows, [rows, 19].</param>
    /// <param name="offsets">Where each event's rows begin and end; empty where they are not read.</param>
    /// <param name="probabilities">Receives the probabilities, [events, classes].</param>
    internal void Predict(
        ReadOnlySpan<float> hlf, ReadOnlySpan<float> particles, ReadOnlySpan<int> offsets, Span<float> probabilities)
    {
        var count = probabilities.Length / classes;
        for (var first = 0; first < count;)
        {
            var end = PreparedEvents.BlockEnd(first, count, offsets);
            events.Take(
                end - first,
                hlf.IsEmpty ? hlf : hlf[(first * features)..(end * features)],
                particles,
                offsets.IsEmpty ? offsets : offsets[first..(end + 1)]);
            var block = probabilities[(first * classes)..(end * classes)];
            scorer.Scores(events, block);
            Softmax.InPlace(block, classes);
            first = end;
        }
    }
}
