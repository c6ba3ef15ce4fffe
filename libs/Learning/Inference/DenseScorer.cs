using DaprHep.Learning.Models.Dense;

namespace DaprHep.Learning.Inference;

/// <summary>
/// Dense layers over the features. Few enough events go through all layers at a time for what they compute to stay in the first-level cache.
/// </summary>
/// <param name="layers">The layers, for this scorer alone.</param>
/// <param name="weights">Their parameters.</param>
/// <param name="features">How many features an event has.</param>
/// <param name="classes">How many classes there are.</param>
internal sealed class DenseScorer(DenseStack layers, AlignedFloats weights, int features, int classes) : EventScorer
{
    private const int Block = 4 * ColumnBlock.Width;

    /// <inheritdoc/>
    internal override void Scores(PreparedEvents events, Span<float> scores)
    {
        for (var first = 0; first < events.Count; first += Block)
        {
            var count = Math.Min(Block, events.Count - first);
            layers.MakeRoom(count);
            layers.Place(events.Features.Slice(first * features, count * features), features, 0, count);
            layers.Forward(weights.Span);
            for (var i = 0; i < count; i++)
                layers.CopyScores(i, scores.Slice((first + i) * classes, classes));
        }
    }
}
