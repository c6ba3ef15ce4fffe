using DaprHep.Learning.Models;
using DaprHep.Learning.Models.Trees;

namespace DaprHep.Learning.Inference;

/// <summary>Boosted trees over the features: blocks of events together, a few of them one by one.</summary>
/// <param name="kernel">The trees for blocks.</param>
/// <param name="paths">The same trees for single events.</param>
/// <param name="features">How many features an event has.</param>
/// <param name="classes">How many classes there are.</param>
internal sealed class TreeScorer(TreeKernel kernel, TreePaths paths, int features, int classes) : EventScorer
{
    // A block takes as long for one event as for sixty-four.
    private const int FewestForBlock = 8;

    private readonly TreeMemory _memory = new();
    private readonly float[] _seen = new float[TreeKernel.Block * features];

    /// <inheritdoc/>
    internal override void Scores(PreparedEvents events, Span<float> scores)
    {
        scores.Clear();
        for (var first = 0; first < events.Count; first += TreeKernel.Block)
        {
            var count = Math.Min(TreeKernel.Block, events.Count - first);
            var seen = _seen.AsSpan(0, count * features);
            events.Features.Slice(first * features, seen.Length).CopyTo(seen);
            if (features == SymmetricFeatures.Count)
                SymmetricFeatures.Apply(seen);
            var own = scores.Slice(first * classes, count * classes);
            if (count >= FewestForBlock)
            {
                kernel.AddScores(seen, own, _memory);
                continue;
            }

            for (var i = 0; i < count; i++)
                paths.AddScores(seen.Slice(i * features, features), own.Slice(i * classes, classes));
        }
    }
}
