using System.Runtime.CompilerServices;
using DaprHep.Learning.Models.Dense;
using DaprHep.Learning.Training;

namespace DaprHep.Learning.Models.Recurrent;

/// <summary>
/// Events that are stepped through together in sixteen lanes; in a lane they follow one another, each from a state of zero. A lane whose
/// events have ended steps on through its last particle: nobody reads what that gives, and its errors are zero.
/// </summary>
internal sealed class SequenceTile
{
    /// <summary>Lanes of a tile.</summary>
    internal const int Width = ColumnBlock.Width;

    private const int None = -1;

    private readonly int[] _last = new int[Width];
    private readonly int[] _current = new int[Width];
    private readonly int[] _rows = new int[Width];
    private ReadOnlyMemory<float> _particles;
    private Member[] _events = new Member[2 * Width];
    private EndingEvent[] _ending = [];
    private int[] _endingBefore = [];
    private int _count;
    private AlignedFloats _slots;
    private int _slotLength;
    private bool _keepsAll;

    /// <summary>Steps of the longest lane.</summary>
    internal int Steps { get; private set; }

    /// <summary>The gradients of the layer's parameters, of this tile alone.</summary>
    internal AlignedFloats Gradients { get; set; }

    /// <summary>Forgets all events.</summary>
    /// <param name="particles">The particles of those to come, [rows, 19].</param>
    internal void Clear(ReadOnlyMemory<float> particles)
    {
        (_particles, _count, Steps) = (particles, 0, 0);
        _last.AsSpan().Fill(None);
        _current.AsSpan().Fill(None);
        _rows.AsSpan().Fill(None);
    }

    /// <summary>Adds an event to a lane, behind those that are there.</summary>
    /// <param name="steps">How it is stepped through; at least one step.</param>
    /// <param name="column">Its column where outputs of many tiles are put together.</param>
    /// <param name="lane">The lane.</param>
    internal void Add(ParticleSteps steps, int column, int lane)
    {
        if (_count == _events.Length)
            Array.Resize(ref _events, 2 * _count);
        var before = _last[lane];
        var start = before == None ? 0 : _events[before].End;
        _events[_count] = new Member(steps, column, lane, start, None);
        if (before == None)
            _current[lane] = _count;
        else
            _events[before].Next = _count;
        _last[lane] = _count++;
        Steps = Math.Max(Steps, start + steps.Count);
    }

    /// <summary>Prepares for stepping, when all events have been added.</summary>
    /// <param name="slotLength">Values that a step leaves.</param>
    /// <param name="keepsAll">Whether all steps are kept, for the backward pass, or the last two.</param>
    internal void Prepare(int slotLength, bool keepsAll)
    {
        (_slotLength, _keepsAll) = (slotLength, keepsAll);
        var slots = keepsAll ? Steps : Math.Min(Steps, 2);
        if (_slots.Length < slots * slotLength)
            _slots = new AlignedFloats(slots * slotLength);

        // Sorted by the step at which they end, by counting.
        if (_ending.Length < _count)
            _ending = new EndingEvent[_events.Length];
        if (_endingBefore.Length < Steps + 1)
            _endingBefore = new int[Steps + Steps / 4 + 1];
        var before = _endingBefore.AsSpan(0, Steps + 1);
        before.Clear();
        foreach (ref readonly var member in _events.AsSpan(0, _count))
            before[member.End - 1]++;
        var sum = 0;
        foreach (ref var ended in before)
            ended = sum += ended;
        for (var i = _count - 1; i >= 0; i--)
            _ending[--before[_events[i].End - 1]] = new EndingEvent(_events[i].Lane, _events[i].Column);
    }

    /// <summary>What a step leaves.</summary>
    internal Span<float> Slot(int step) => _slots.Span.Slice((_keepsAll ? step : step & 1) * _slotLength, _slotLength);

    /// <summary>The events whose last step a step is.</summary>
    internal ReadOnlySpan<EndingEvent> EndingAt(int step) =>
        _ending.AsSpan(_endingBefore[step], _endingBefore[step + 1] - _endingBefore[step]);

    /// <summary>Brings in the particles of a step.</summary>
    /// <param name="step">The step; they are to be taken in their order, once.</param>
    /// <param name="inputs">The particles of the step before, [19, 16], all zero at first; becomes those of this one.</param>
    /// <returns>False where no lane's particle has changed.</returns>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal bool Gather(int step, Span<float> inputs)
    {
        var particles = _particles.Span;
        var changed = step == 0;
        for (var lane = 0; lane < Width; lane++)
        {
            if (_current[lane] == None)
                continue;
            if (step == _events[_current[lane]].End && (_current[lane] = _events[_current[lane]].Next) == None)
                continue;
            ref readonly var member = ref _events[_current[lane]];
            var row = member.Steps.RowAt(step - member.Start);
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

    /// <summary>An event that ends.</summary>
    /// <param name="Lane">Its lane.</param>
    /// <param name="Column">Its column where outputs of many tiles are put together.</param>
    internal readonly record struct EndingEvent(int Lane, int Column);

    /// <summary>An event of the tile.</summary>
    /// <param name="Steps">How it is stepped through.</param>
    /// <param name="Column">Its column elsewhere.</param>
    /// <param name="Lane">Its lane.</param>
    /// <param name="Start">The tile's step that is its first.</param>
    /// <param name="Next">The event behind it in the lane; <see cref="None"/> for none.</param>
    private record struct Member(ParticleSteps Steps, int Column, int Lane, int Start, int Next)
    {
        /// <summary>The step after its last.</summary>
        internal readonly int End => Start + Steps.Count;
    }
}
