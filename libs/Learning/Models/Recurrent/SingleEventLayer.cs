using DaprHep.Learning.Models.Dense;
using DaprHep.Learning.Training;

namespace DaprHep.Learning.Models.Recurrent;

/// <summary>
/// A recurrent layer that steps through one event, for the least latency: units lie side by side in the vectors, where a tile
/// (<see cref="SequenceTile"/>) has events. What the particles contribute is computed for all steps at once, before the first. Never
/// changes; memory comes from the caller. Results have the bits of the same event in a tile.
/// </summary>
/// <param name="units">How many values an output has.</param>
/// <param name="recurrentGroups">Groups of sums, one a unit, that a step adds to.</param>
/// <param name="inputGroups">Groups of sums that a particle contributes to; the first are those that a step adds to.</param>
internal abstract class SingleEventLayer(int units, int recurrentGroups, int inputGroups)
{
    private const int Columns = ParticleSequences.Columns;

    // Columns of a group are whole vectors, those of a matrix whole groups of the product. What fills them up is zero.
    private readonly int _group = GroupOf(units);

    private readonly AlignedFloats _recurrent = new(units * RowProduct.Padded(recurrentGroups * GroupOf(units)));
    private readonly AlignedFloats _input = new(Columns * RowProduct.Padded(inputGroups * GroupOf(units)));
    private readonly AlignedFloats _start = new(RowProduct.Padded(inputGroups * GroupOf(units)));

    /// <summary>From group to group.</summary>
    protected int Group => _group;

    /// <summary>Values of the state; the outputs come first.</summary>
    protected abstract int StateLength { get; }

    private int SumsLength => RowProduct.Padded(recurrentGroups * _group);

    private int InputLength => RowProduct.Padded(inputGroups * _group);

    /// <summary>Sets the weights by which the outputs of the step before add to a group.</summary>
    /// <param name="group">Which one.</param>
    /// <param name="weights">[units, units].</param>
    internal void SetRecurrent(int group, ReadOnlySpan<float> weights) =>
        Transpose(weights, _recurrent.Span[(group * _group)..], units, SumsLength);

    /// <summary>Sets how particles contribute to a group.</summary>
    /// <param name="group">Which one.</param>
    /// <param name="weights">[units, 19]; empty where they do not.</param>
    /// <param name="start">What the sums start from, [units].</param>
    internal void SetInput(int group, ReadOnlySpan<float> weights, ReadOnlySpan<float> start)
    {
        if (!weights.IsEmpty)
            Transpose(weights, _input.Span[(group * _group)..], Columns, InputLength);
        start.CopyTo(_start.Span[(group * _group)..]);
    }

    /// <summary>Steps through an event.</summary>
    /// <param name="particles">The particles of all events, [rows, 19].</param>
    /// <param name="steps">How this one is stepped through.</param>
    /// <param name="memory">Working memory; grows as needed.</param>
    /// <returns>The outputs after the last step, [units], in that memory.</returns>
    internal ReadOnlySpan<float> Run(ReadOnlySpan<float> particles, ParticleSteps steps, ref AlignedFloats memory)
    {
        var needed = StateLength + SumsLength + steps.Rows * InputLength;
        if (memory.Length < needed)
            memory = new AlignedFloats(needed);
        var state = memory.Span[..StateLength];
        var sums = memory.Span.Slice(StateLength, SumsLength);
        var projections = memory.Span.Slice(StateLength + SumsLength, steps.Rows * InputLength);
        for (var row = 0; row < steps.Rows; row++)
        {
            RowProduct.Compute(
                _start.Span, particles.Slice((steps.First + row) * Columns, Columns), _input.Span,
                projections.Slice(row * InputLength, InputLength), InputLength);
        }

        state.Clear();
        for (var step = 0; step < steps.Count; step++)
        {
            var projection = projections.Slice((steps.RowAt(step) - steps.First) * InputLength, InputLength);
            RowProduct.Compute(projection, state[..units], _recurrent.Span, sums, SumsLength);
            Step(sums, projection, state);
        }

        return state[..units];
    }

    /// <summary>One step of the cell.</summary>
    /// <param name="sums">The sums of the groups that outputs add to.</param>
    /// <param name="projection">What the particle contributes to all groups.</param>
    /// <param name="state">The state, of <see cref="StateLength"/>; becomes that after the step.</param>
    protected abstract void Step(ReadOnlySpan<float> sums, ReadOnlySpan<float> projection, Span<float> state);

    private static int GroupOf(int units) => (units + ColumnBlock.Lanes - 1) / ColumnBlock.Lanes * ColumnBlock.Lanes;

    private static void Transpose(ReadOnlySpan<float> rows, Span<float> columns, int width, int stride)
    {
        for (var row = 0; row * width < rows.Length; row++)
        {
            for (var k = 0; k < width; k++)
                columns[k * stride + row] = rows[row * width + k];
        }
    }
}
