using DaprHep.Data.Events;

namespace DaprHep.Learning.Training;

/// <summary>Gathers the particles of record batches into one flat array.</summary>
/// <param name="events">How many events will come.</param>
internal sealed class ParticleGathering(int events)
{
    private readonly int[] _offsets = new int[events + 1];
    private readonly int[] _padding = new int[events];
    private float[] _values = [];
    private int _events;
    private int _rows;
    private bool _anyPadding;

    /// <summary>Appends events of a record batch.</summary>
    /// <param name="table">The record batch.</param>
    /// <param name="begin">Its first event to append.</param>
    /// <param name="count">How many.</param>
    /// <exception cref="TrainingDataException">There are more particles than one array holds.</exception>
    internal void Add(EventTable table, int begin, int count)
    {
        ReadOnlySpan<int> offsets = table.Offsets.Span.Slice(begin, count + 1);
        int first = offsets[0], rows = offsets[^1] - first;
        MakeRoom(_rows + (long)rows);
        table.Particles.Span.Slice(first * EventSchema.ParticleColumns, rows * EventSchema.ParticleColumns)
            .CopyTo(_values.AsSpan(_rows * EventSchema.ParticleColumns));
        for (int i = 1; i < offsets.Length; i++)
            _offsets[_events + i] = _rows + offsets[i] - first;
        if (table.Padding.IsEmpty)
        {
            _padding.AsSpan(_events, count).Fill(-1);
        }
        else
        {
            table.Padding.Span.Slice(begin, count).CopyTo(_padding.AsSpan(_events));
            _anyPadding = true;
        }
        _events += count;
        _rows += rows;
    }

    /// <summary>All that has been added.</summary>
    /// <exception cref="TrainingDataException">They are not particles of events.</exception>
    internal ParticleSequences Finish() => new(
        _values.AsMemory(0, _rows * EventSchema.ParticleColumns),
        _offsets.AsMemory(0, _events + 1),
        _anyPadding ? _padding.AsMemory(0, _events) : default);

    private void MakeRoom(long rows)
    {
        long most = Array.MaxLength / EventSchema.ParticleColumns;
        if (rows > most)
        {
            throw new TrainingDataException(
                $"The events have more than {most:N0} particles, which is what fits into memory at once; take fewer events a class");
        }
        if (_values.Length < rows * EventSchema.ParticleColumns)
            Array.Resize(ref _values, (int)Math.Min(most, Math.Max(rows, 2L * _rows)) * EventSchema.ParticleColumns);
    }
}
