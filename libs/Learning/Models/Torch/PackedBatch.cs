using DaprHep.Learning.Training;

namespace DaprHep.Learning.Models.Torch;

/// <summary>
/// Events as libtorch's recurrent layers read them: longest first, their particles step by step and without padding. An event without
/// particles has one step of zeros, and <see cref="Begun"/> says that it counts for nothing. The memory is reused.
/// </summary>
internal sealed class PackedBatch
{
    private long[] _order = [];
    private ParticleSteps[] _steps = [];

    /// <summary>How many events there are.</summary>
    internal int Count { get; private set; }

    /// <summary>How many rows of particles there are.</summary>
    internal int Rows { get; private set; }

    /// <summary>How many steps the longest event has, at least 1.</summary>
    internal int Steps { get; private set; }

    /// <summary>Particles, [<see cref="Rows"/>, 19].</summary>
    internal float[] Particles { get; private set; } = [];

    /// <summary>How many events each step has, [<see cref="Steps"/>].</summary>
    internal long[] BatchSizes { get; private set; } = [];

    /// <summary>1 for events with particles, 0 for those without, [<see cref="Count"/>].</summary>
    internal float[] Begun { get; private set; } = [];

    /// <summary>Features, [<see cref="Count"/>, features].</summary>
    internal float[] Features { get; private set; } = [];

    /// <summary>Labels, [<see cref="Count"/>].</summary>
    internal long[] Labels { get; private set; } = [];

    /// <summary>Where an event was before it was sorted.</summary>
    internal int PositionAt(int place) => (int)_order[place];

    /// <summary>Gathers events.</summary>
    /// <param name="particles">The particles of all events; null where they are not read, and the order stays.</param>
    /// <param name="rows">Which events.</param>
    /// <param name="features">Their features, one after the other.</param>
    /// <param name="featureCount">How many features an event has.</param>
    /// <param name="labels">Their labels; empty where they do not matter.</param>
    internal void Gather(
        ParticleSequences? particles, ReadOnlySpan<int> rows, ReadOnlySpan<float> features, int featureCount, ReadOnlySpan<long> labels)
    {
        Count = rows.Length;
        if (_order.Length < Count)
        {
            (_order, _steps) = (new long[Count], new ParticleSteps[Count]);
            (Begun, Features, Labels) = (new float[Count], new float[Count * featureCount], new long[Count]);
        }

        for (var position = 0; position < Count; position++)
        {
            var length = particles is null ? 0 : particles.StepsOf(rows[position]).Count;
            _order[position] = (long)(ParticleSequences.PaddedLength - length) << 32 | (uint)position;
        }

        _order.AsSpan(0, Count).Sort();
        for (var place = 0; place < Count; place++)
        {
            var position = PositionAt(place);
            features.Slice(position * featureCount, featureCount).CopyTo(Features.AsSpan(place * featureCount));
            if (labels.Length > 0)
                Labels[place] = labels[position];
        }

        if (particles is not null)
            Pack(particles, rows);
    }

    private void Pack(ParticleSequences particles, ReadOnlySpan<int> rows)
    {
        const int Columns = ParticleSequences.Columns;
        Rows = 0;
        for (var place = 0; place < Count; place++)
        {
            _steps[place] = particles.StepsOf(rows[PositionAt(place)]);
            Begun[place] = _steps[place].Count > 0 ? 1 : 0;
            Rows += Math.Max(1, _steps[place].Count);
        }

        Steps = Count > 0 ? Math.Max(1, _steps[0].Count) : 0;
        if (Particles.Length < Rows * Columns)
            Particles = new float[Rows * Columns];
        if (BatchSizes.Length < Steps)
            BatchSizes = new long[Steps];
        var values = particles.Values.Span;
        var (done, active) = (0, Count);
        for (var step = 0; step < Steps; step++)
        {
            while (step > 0 && _steps[active - 1].Count <= step)
                active--;
            BatchSizes[step] = active;
            for (var place = 0; place < active; place++, done++)
            {
                var row = Particles.AsSpan(done * Columns, Columns);
                if (step < _steps[place].Count)
                    values.Slice(_steps[place].RowAt(step) * Columns, Columns).CopyTo(row);
                else
                    row.Clear();
            }
        }
    }
}
