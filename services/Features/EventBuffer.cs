using CommunityToolkit.HighPerformance;
using DaprHep.Data.Events;
using DaprHep.Data.Objects;

namespace DaprHep.Features;

/// <summary>
/// Events gathered from several tables. The particles, nearly all of it, are kept outside the garbage-collected heap in exactly the room that
/// was asked for, which is given back at once: what is bounded is what the process takes.
/// </summary>
internal sealed class EventBuffer : IDisposable
{
    private const int RowBytes = EventSchema.ParticleColumns * sizeof(float);

    private ulong[] _ids = [];
    private sbyte[] _labels = [];
    private int[] _offsets = [0];
    private float[] _hlf = [];
    private NativeBuffer _particles = new(0);
    private int _roomForRows;

    /// <summary>Number of events.</summary>
    public int Count { get; private set; }

    /// <summary>The events, as one table; valid until the next is added.</summary>
    public EventTable Table => new(
        _ids.AsMemory(0, Count),
        _labels.AsMemory(0, Count),
        _hlf.AsMemory(0, Count * EventSchema.Features),
        _offsets.AsMemory(0, Count + 1),
        _particles.Memory[..(_offsets[Count] * RowBytes)].Cast<byte, float>());

    /// <summary>Makes room at once for so many events and particles; no more than that is taken.</summary>
    public void Reserve(long events, long particleRows)
    {
        Array.Resize(ref _ids, checked((int)Math.Max(events, _ids.Length)));
        Array.Resize(ref _labels, _ids.Length);
        Array.Resize(ref _offsets, _ids.Length + 1);
        Array.Resize(ref _hlf, _ids.Length * EventSchema.Features);
        if (particleRows > _roomForRows)
            Move(particleRows);
    }

    /// <summary>Adds one event of a table.</summary>
    public void Add(in EventTable table, int index)
    {
        ReadOnlySpan<float> particles = table.ParticlesOf(index);
        int first = _offsets[Count], end = first + (particles.Length / EventSchema.ParticleColumns);
        if (Count == _ids.Length)
            Reserve(Math.Max(64, 2L * Count), 0);
        if (end > _roomForRows)
            Move(end + (end / 2));
        _ids[Count] = table.Ids.Span[index];
        _labels[Count] = table.Labels.Span[index];
        table.HlfOf(index).CopyTo(_hlf.AsSpan(Count * EventSchema.Features));
        particles.AsBytes().CopyTo(_particles.GetSpan()[(first * RowBytes)..]);
        _offsets[++Count] = end;
    }

    /// <summary>Forgets the events and keeps the memory.</summary>
    public void Clear() => Count = 0;

    public void Dispose() => ((IDisposable)_particles).Dispose();

    private void Move(long rows)
    {
        var larger = new NativeBuffer(checked((int)(rows * RowBytes)));
        _particles.GetSpan()[..(_offsets[Count] * RowBytes)].CopyTo(larger.GetSpan());
        ((IDisposable)_particles).Dispose();
        (_particles, _roomForRows) = (larger, (int)rows);
    }
}
