using System.Buffers;
using DaprHep.Data.Events;

namespace DaprHep.Features;

/// <summary>Events gathered from several tables, in pooled memory that is used again.</summary>
internal sealed class EventBuffer : IDisposable
{
    private ulong[] _ids = [];
    private sbyte[] _labels = [];
    private int[] _offsets = ArrayPool<int>.Shared.Rent(1);
    private float[] _hlf = [];
    private float[] _particles = [];

    public EventBuffer() => _offsets[0] = 0;

    /// <summary>Number of events.</summary>
    public int Count { get; private set; }

    /// <summary>The events, as one table; valid until the next is added.</summary>
    public EventTable Table => new(
        _ids.AsMemory(0, Count),
        _labels.AsMemory(0, Count),
        _hlf.AsMemory(0, Count * EventSchema.Features),
        _offsets.AsMemory(0, Count + 1),
        _particles.AsMemory(0, _offsets[Count] * EventSchema.ParticleColumns));

    /// <summary>Makes room at once for so many events and particles.</summary>
    public void Reserve(long events, long particleRows)
    {
        Grow(ref _ids, events);
        Grow(ref _labels, events);
        Grow(ref _offsets, events + 1);
        Grow(ref _hlf, events * EventSchema.Features);
        Grow(ref _particles, particleRows * EventSchema.ParticleColumns);
    }

    /// <summary>Adds one event of a table.</summary>
    public void Add(in EventTable table, int index)
    {
        ReadOnlySpan<float> particles = table.ParticlesOf(index);
        int first = _offsets[Count], end = first + (particles.Length / EventSchema.ParticleColumns);
        Reserve(Count + 1, end);
        _ids[Count] = table.Ids.Span[index];
        _labels[Count] = table.Labels.Span[index];
        table.HlfOf(index).CopyTo(_hlf.AsSpan(Count * EventSchema.Features));
        particles.CopyTo(_particles.AsSpan(first * EventSchema.ParticleColumns));
        _offsets[++Count] = end;
    }

    /// <summary>Forgets the events and keeps the memory.</summary>
    public void Clear() => Count = 0;

    public void Dispose()
    {
        Return(ref _ids);
        Return(ref _labels);
        Return(ref _offsets);
        Return(ref _hlf);
        Return(ref _particles);
    }

    private static void Grow<T>(ref T[] array, long length)
    {
        if (length <= array.Length)
            return;
        T[] larger = ArrayPool<T>.Shared.Rent(checked((int)length));
        array.CopyTo(larger.AsSpan());
        Return(ref array);
        array = larger;
    }

    private static void Return<T>(ref T[] array)
    {
        if (array.Length > 0)
            ArrayPool<T>.Shared.Return(array);
        array = [];
    }
}
