using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using DaprHep.Learning.Models.Dense;
using DaprHep.Learning.Training;

namespace DaprHep.Learning.Models.Recurrent;

/// <summary>
/// Up to sixteen events of similar length that are stepped through together, one a column. They end together: a shorter one joins
/// later, and until then its state is held at zero, which is where it begins.
/// </summary>
internal sealed class SequenceTile
{
    /// <summary>Events of a full tile.</summary>
    internal const int Width = ColumnBlock.Width;

    private readonly ParticleSteps[] _events = new ParticleSteps[Width];
    private readonly int[] _starts = new int[Width];
    private readonly int[] _rows = new int[Width];
    private ReadOnlyMemory<float> _particles;
    private AlignedFloats _slots;
    private int _slotLength;
    private bool _keepsAll;

    /// <summary>Steps of the longest event.</summary>
    internal int Steps { get; private set; }

    /// <summary>Events in the tile.</summary>
    internal int Count { get; private set; }

    /// <summary>The gradients of the layer's parameters, of this tile alone.</summary>
    internal AlignedFloats Gradients { get; set; }

    /// <summary>Takes over events.</summary>
    /// <param name="particles">The particles of all events, [rows, 19].</param>
    /// <param name="events">How each is stepped through; at most <see cref="Width"/>.</param>
    /// <param name="slotLength">Values that a step leaves.</param>
    /// <param name="keepsAll">Whether all steps are kept, for the backward pass, or the last two.</param>
    internal void Assign(ReadOnlyMemory<float> particles, ReadOnlySpan<ParticleSteps> events, int slotLength, bool keepsAll)
    {
        _particles = particles;
        (Count, Steps, _slotLength, _keepsAll) = (events.Length, 0, slotLength, keepsAll);
        for (var i = 0; i < events.Length; i++)
        {
            _events[i] = events[i];
            Steps = Math.Max(Steps, _events[i].Count);
        }

        for (var i = 0; i < Width; i++)
        {
            _starts[i] = i < Count ? Steps - _events[i].Count : Steps;
            _rows[i] = -1;
        }

        var slots = keepsAll ? Steps : Math.Min(Steps, 2);
        if (_slots.Length < slots * slotLength)
            _slots = new AlignedFloats(slots * slotLength);
    }

    /// <summary>What a step leaves.</summary>
    internal Span<float> Slot(int step) => _slots.Span.Slice((_keepsAll ? step : step & 1) * _slotLength, _slotLength);

    /// <summary>Brings in the particles of a step.</summary>
    /// <param name="step">The step; they are to be taken in their order.</param>
    /// <param name="inputs">The particles of the step before, [19, 16], all zero at first; becomes those of this one.</param>
    /// <returns>False where no event's particle has changed.</returns>
    internal bool Gather(int step, Span<float> inputs)
    {
        var particles = _particles.Span;
        var changed = step == 0;
        for (var lane = 0; lane < Count; lane++)
        {
            var own = step - _starts[lane];
            if (own < 0)
                continue;
            var row = _events[lane].RowAt(own);
            if (row == _rows[lane])
                continue;
            _rows[lane] = row;
            changed = true;
            var particle = particles.Slice(row * ParticleSequences.Columns, ParticleSequences.Columns);
            for (var k = 0; k < particle.Length; k++)
                inputs[k * Width + lane] = particle[k];
        }

        return changed;
    }

    /// <summary>Which events have begun at a step: all bits set, or none.</summary>
    internal (Vector256<float> Left, Vector256<float> Right) BegunAt(int step)
    {
        var at = Vector256.Create(step);
        ref var starts = ref MemoryMarshal.GetArrayDataReference(_starts);
        return (
            Vector256.LessThanOrEqual(Vector256.LoadUnsafe(ref starts), at).AsSingle(),
            Vector256.LessThanOrEqual(Vector256.LoadUnsafe(ref starts, ColumnBlock.Lanes), at).AsSingle());
    }
}
