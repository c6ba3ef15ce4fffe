namespace DaprHep.Data.Events;

/// <summary>
/// Some events as five flat arrays, whoever owns them: pooled buffers on the way to a file, views of a mapped file on the way back.
/// </summary>
/// <param name="Ids">Event identity, one an event: source id (32 bits) &lt;&lt; 32 | tree entry (32 bits).</param>
/// <param name="Labels">Class label, one an event.</param>
/// <param name="Hlf">High-level features, 14 an event, row after row.</param>
/// <param name="Offsets">Event <c>i</c> has the particle rows <c>Offsets[i]..Offsets[i+1]</c>; one longer than <paramref name="Ids"/>.</param>
/// <param name="Particles">Particle rows, 19 values each; <c>Offsets</c> counts rows of it.</param>
public readonly record struct EventTable(
    ReadOnlyMemory<ulong> Ids,
    ReadOnlyMemory<sbyte> Labels,
    ReadOnlyMemory<float> Hlf,
    ReadOnlyMemory<int> Offsets,
    ReadOnlyMemory<float> Particles)
{
    /// <summary>Which row stands for an event's padding, one an event; empty where the data have no padding.</summary>
    public ReadOnlyMemory<int> Padding { get; init; }

    /// <summary>Number of events.</summary>
    public int Count => Ids.Length;

    /// <summary>Bytes of the events.</summary>
    public long Bytes => BytesOf(Ids.Length, Particles.Length / EventSchema.ParticleColumns);

    /// <summary>Bytes of so many events with so many particles.</summary>
    public static long BytesOf(long events, long particleRows)
    {
        const long EventBytes = sizeof(ulong) + sizeof(sbyte) + sizeof(int) + (EventSchema.Features * sizeof(float));
        return (events * EventBytes) + (particleRows * EventSchema.ParticleColumns * sizeof(float));
    }

    /// <summary>The 14 features of one event.</summary>
    public ReadOnlySpan<float> HlfOf(int index) => Hlf.Span.Slice(index * EventSchema.Features, EventSchema.Features);

    /// <summary>The particle rows of one event, 19 values each.</summary>
    public ReadOnlySpan<float> ParticlesOf(int index)
    {
        ReadOnlySpan<int> offsets = Offsets.Span;
        return Particles.Span[(offsets[index] * EventSchema.ParticleColumns)..(offsets[index + 1] * EventSchema.ParticleColumns)];
    }
}
