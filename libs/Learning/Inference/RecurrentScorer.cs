using DaprHep.Learning.Models.Dense;
using DaprHep.Learning.Models.Recurrent;
using DaprHep.Learning.Training;

namespace DaprHep.Learning.Inference;

/// <summary>
/// A recurrent layer over the particles, then dense layers. Events are sorted by length and stepped through in tiles, as in training; too
/// few for a tile are quicker one by one.
/// </summary>
/// <param name="layer">The layer for tiles.</param>
/// <param name="alone">The same layer for single events.</param>
/// <param name="head">The dense layers, for this scorer alone.</param>
/// <param name="weights">The network's parameters.</param>
/// <param name="features">How many features the dense layers read beside the layer's outputs.</param>
/// <param name="classes">How many classes there are.</param>
internal sealed class RecurrentScorer(
    RecurrentLayer layer, SingleEventLayer alone, DenseStack head, AlignedFloats weights, int features, int classes) : EventScorer
{
    // A tile takes as long for one event as for sixteen.
    private const int FewestForTile = 8;

    private readonly SequenceTile _tile = new();
    private readonly TileWorkspace _workspace = new(layer, learns: false);
    private readonly long[] _order = new long[PreparedEvents.Capacity];
    private AlignedFloats _memory;

    /// <inheritdoc/>
    internal override void Scores(PreparedEvents events, Span<float> scores)
    {
        var count = events.Count;
        SortByLength(events.Steps);
        head.MakeRoom(count);
        for (var first = 0; first < count; first += SequenceTile.Width)
        {
            var members = _order.AsSpan(first, Math.Min(SequenceTile.Width, count - first));
            if (members.Length >= FewestForTile)
                StepTogether(events, members, first);
            else
                StepAlone(events, members, first);
        }

        for (var feature = 0; feature < features; feature++)
        {
            var row = head.Source.Slice((layer.Units + feature) * head.Stride, head.Columns);
            for (var column = 0; column < count; column++)
                row[column] = events.Features[(int)_order[column] * features + feature];
            row[count..].Clear();
        }

        head.Forward(weights.Span);
        for (var column = 0; column < count; column++)
            head.CopyScores(column, scores.Slice((int)_order[column] * classes, classes));
    }

    private void StepTogether(PreparedEvents events, ReadOnlySpan<long> members, int column)
    {
        // Events without particles, the last, stay at zero.
        while (members.Length > 0 && events.Steps[(int)members[^1]].Count == 0)
            members = members[..^1];
        _tile.Clear(events.Particles);
        for (var i = 0; i < members.Length; i++)
            _tile.Add(events.Steps[(int)members[i]], i, lane: i);
        _tile.Prepare(layer.SlotLength, keepsAll: false);
        layer.Forward(weights.Span, _tile, _workspace, head.Source[column..], head.Stride);
        for (var unit = 0; unit < layer.Units; unit++)
            head.Source.Slice(unit * head.Stride + column, SequenceTile.Width)[members.Length..].Clear();
    }

    private void StepAlone(PreparedEvents events, ReadOnlySpan<long> members, int column)
    {
        for (var unit = 0; unit < layer.Units; unit++)
            head.Source.Slice(unit * head.Stride + column, SequenceTile.Width)[members.Length..].Clear();
        for (var i = 0; i < members.Length; i++)
        {
            var outputs = alone.Run(events.Particles.Span, events.Steps[(int)members[i]], ref _memory);
            for (var unit = 0; unit < outputs.Length; unit++)
                head.Source[unit * head.Stride + column + i] = outputs[unit];
        }
    }

    // Long events first. Each key has its event in the lower half.
    private void SortByLength(ReadOnlySpan<ParticleSteps> steps)
    {
        for (var i = 0; i < steps.Length; i++)
            _order[i] = (long)(ParticleSequences.PaddedLength - steps[i].Count) << 32 | (uint)i;
        _order.AsSpan(0, steps.Length).Sort();
    }
}
