namespace DaprHep.Learning.Training;

/// <summary>
/// The particles of many events, one after the other in one flat array. Events whose padding to <see cref="PaddedLength"/> rows belongs
/// to their physics hold one row for the whole run of equal padding rows.
/// </summary>
public sealed class ParticleSequences
{
    /// <summary>Values of a particle row.</summary>
    public const int Columns = 19;

    /// <summary>Rows of an event whose padding is written out: the lepton, 450 tracks, 150 photons and 200 neutral hadrons.</summary>
    public const int PaddedLength = 801;

    /// <summary>Describes particles in memory.</summary>
    /// <param name="values">Particle rows of all events, [rows, 19], sorted and standardised by the feature stage.</param>
    /// <param name="offsets">Event i has the rows <c>offsets[i]..offsets[i+1]</c>; one longer than the number of events.</param>
    /// <param name="padding">Which of its rows stands for an event's padding, counted from its first, −1 for none; empty where no event
    /// has padding.</param>
    /// <exception cref="TrainingDataException">Offsets fall or lie outside, an event is too long, a padding row is not the
    /// event's.</exception>
    public ParticleSequences(ReadOnlyMemory<float> values, ReadOnlyMemory<int> offsets, ReadOnlyMemory<int> padding)
    {
        Values = values;
        Offsets = offsets;
        Padding = padding;
        if (offsets.Length == 0 || !padding.IsEmpty && padding.Length != Count)
            throw new TrainingDataException($"{offsets.Length} offsets and {padding.Length} padding rows do not describe the same events");
        var starts = offsets.Span;
        var rows = values.Length / Columns;
        for (var i = 0; i < Count; i++)
        {
            if (starts[i] < 0 || starts[i + 1] < starts[i] || starts[i + 1] > rows)
                throw new TrainingDataException($"Event {i} has particle rows {starts[i]} to {starts[i + 1]}; there are {rows}");
            var own = starts[i + 1] - starts[i];
            if (own > PaddedLength)
                throw new TrainingDataException($"Event {i} has {own} particles; at most {PaddedLength} are possible");
            if (!padding.IsEmpty && (padding.Span[i] < -1 || padding.Span[i] >= own))
                throw new TrainingDataException($"Row {padding.Span[i]} of event {i} cannot stand for its padding: it has {own} rows");
        }
    }

    /// <summary>Particle rows of all events, [rows, 19].</summary>
    public ReadOnlyMemory<float> Values { get; }

    /// <summary>Where each event's rows begin, and where the last one's end.</summary>
    public ReadOnlyMemory<int> Offsets { get; }

    /// <summary>Which row stands for an event's padding; empty where no event has padding.</summary>
    public ReadOnlyMemory<int> Padding { get; }

    /// <summary>How many events there are.</summary>
    public int Count => Offsets.Length - 1;

    /// <summary>How many particles an event has, padding left out.</summary>
    /// <param name="index">The event.</param>
    internal int ParticlesOf(int index) =>
        Offsets.Span[index + 1] - Offsets.Span[index] - (!Padding.IsEmpty && Padding.Span[index] >= 0 ? 1 : 0);

    /// <summary>The particles of the first events, where they lie.</summary>
    /// <param name="count">How many events.</param>
    internal ParticleSequences First(int count) => new(Values, Offsets[..(count + 1)], Padding.IsEmpty ? Padding : Padding[..count]);

    /// <summary>Copies the particles of some events.</summary>
    /// <param name="rows">Which events, in this order.</param>
    internal ParticleSequences Select(ReadOnlySpan<int> rows)
    {
        var offsets = new int[rows.Length + 1];
        var padding = new int[Padding.IsEmpty ? 0 : rows.Length];
        for (var i = 0; i < rows.Length; i++)
        {
            offsets[i + 1] = offsets[i] + Offsets.Span[rows[i] + 1] - Offsets.Span[rows[i]];
            if (padding.Length > 0)
                padding[i] = Padding.Span[rows[i]];
        }

        var values = new float[offsets[^1] * Columns];
        for (var i = 0; i < rows.Length; i++)
        {
            Values.Span[(Offsets.Span[rows[i]] * Columns)..(Offsets.Span[rows[i] + 1] * Columns)]
                .CopyTo(values.AsSpan(offsets[i] * Columns));
        }

        return new ParticleSequences(values, offsets, padding);
    }

    /// <summary>How an event is stepped through.</summary>
    internal ParticleSteps StepsOf(int index)
    {
        var first = Offsets.Span[index];
        var rows = Offsets.Span[index + 1] - first;
        var padding = Padding.IsEmpty ? -1 : Padding.Span[index];
        return ParticleSteps.Of(first, rows, padding);
    }
}

/// <summary>The steps that a recurrent network takes through one event.</summary>
/// <param name="First">The event's first row.</param>
/// <param name="Rows">How many rows it has.</param>
/// <param name="Repeated">The row that is read several times, counted from its first; <paramref name="Rows"/> for none.</param>
/// <param name="Times">How often it is read.</param>
internal readonly record struct ParticleSteps(int First, int Rows, int Repeated, int Times)
{
    /// <summary>The steps through an event.</summary>
    /// <param name="first">The event's first row.</param>
    /// <param name="rows">How many rows it has.</param>
    /// <param name="padding">Which of its rows stands for its padding, counted from its first; −1 for none.</param>
    internal static ParticleSteps Of(int first, int rows, int padding) =>
        padding < 0 ? new(first, rows, rows, 1) : new(first, rows, padding, ParticleSequences.PaddedLength - rows + 1);

    /// <summary>How many steps there are.</summary>
    internal int Count => Rows + Times - 1;

    /// <summary>The row read at a step, counted from the first row of all events.</summary>
    internal int RowAt(int step) => First + (step <= Repeated ? step : Math.Max(Repeated, step - Times + 1));
}
