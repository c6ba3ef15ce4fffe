using DaprHep.Learning.Models.Dense;
using DaprHep.Learning.Training;

namespace DaprHep.Learning.Models.Recurrent;

/// <summary>Memory that one thread needs to work on a tile.</summary>
/// <param name="layer">The layer.</param>
/// <param name="learns">Whether it also steps back; what only that needs is left out else.</param>
internal sealed class TileWorkspace(RecurrentLayer layer, bool learns = true)
{
    /// <summary>Steps whose errors are collected before they are multiplied into gradients: the sums are then long enough to be quick,
    /// and the errors still fit a second-level cache.</summary>
    internal const int Steps = 64;

    /// <summary>From row to row in <see cref="Errors"/>, <see cref="States"/> and <see cref="Particles"/>; no power of two, or the rows
    /// would compete for the same cache lines.</summary>
    internal const int Stride = (Steps + 1) * SequenceTile.Width;

    /// <summary>The particles of a step, [19, 16].</summary>
    internal AlignedFloats Inputs { get; } = new(ParticleSequences.Columns * SequenceTile.Width);

    /// <summary>What they contribute to the gates, biases included, [gates · units, 16].</summary>
    internal AlignedFloats Projection { get; } = new(layer.GateRows * SequenceTile.Width);

    /// <summary>What a step before the first would have left.</summary>
    internal AlignedFloats Nothing { get; } = new(layer.SlotLength);

    /// <summary>The loss's derivatives by the state after a step, [state rows, 16].</summary>
    internal AlignedFloats StateErrors { get; } = new(layer.StateRows * SequenceTile.Width);

    /// <summary>
    /// The loss's derivatives by the sums before the gates' functions, of several steps, [error rows, <see cref="Stride"/>].
    /// </summary>
    internal AlignedFloats Errors { get; } = new(learns ? layer.ErrorRows * Stride : 0);

    /// <summary>The outputs of the steps before those, [units, <see cref="Stride"/>].</summary>
    internal AlignedFloats States { get; } = new(learns ? layer.Units * Stride : 0);

    /// <summary>The particles of those steps, [19, <see cref="Stride"/>].</summary>
    internal AlignedFloats Particles { get; } = new(learns ? ParticleSequences.Columns * Stride : 0);

    /// <summary>Gradients of those steps, before they are added up.</summary>
    internal AlignedFloats Gradients { get; } = new(learns ? layer.GateRows * (Math.Max(layer.Units, ParticleSequences.Columns) + 1) : 0);
}
