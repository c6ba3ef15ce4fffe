using System.Runtime.InteropServices;

namespace DaprHep.Physics;

/// <summary>
/// Selected events, column by column, in the memory layout of the <c>events</c> Arrow schema. Grows as needed and keeps its
/// memory when cleared, so that one batch serves a whole file without allocation.
/// </summary>
public sealed class TopologyEvents
{
    private byte[] _ids = new byte[sizeof(ulong) * 256];
    private byte[] _hlf = new byte[sizeof(float) * HlfColumns.Count * 256];
    private byte[] _particles = new byte[sizeof(float) * ParticleColumns.Count * 256 * 64];
    private byte[] _offsets = new byte[sizeof(int) * 257];

    /// <summary>Events in the batch.</summary>
    public int Count { get; private set; }

    /// <summary>Particle rows in the batch.</summary>
    public int ParticleCount { get; private set; }

    /// <summary>Event ids [<see cref="Count"/>]: source id in the upper, tree entry in the lower 32 bits.</summary>
    public ReadOnlySpan<ulong> Ids => MemoryMarshal.Cast<byte, ulong>(IdBytes.Span);

    /// <summary>High-level features [<see cref="Count"/> × 14].</summary>
    public ReadOnlySpan<float> Hlf => MemoryMarshal.Cast<byte, float>(HlfBytes.Span);

    /// <summary>Particle rows [<see cref="ParticleCount"/> × 19].</summary>
    public ReadOnlySpan<float> Particles => MemoryMarshal.Cast<byte, float>(ParticleBytes.Span);

    /// <summary>First particle row of each event, and at the end <see cref="ParticleCount"/> [<see cref="Count"/> + 1].</summary>
    public ReadOnlySpan<int> ParticleOffsets => MemoryMarshal.Cast<byte, int>(ParticleOffsetBytes.Span);

    /// <summary>The memory of <see cref="Ids"/>; valid until the batch changes.</summary>
    public ReadOnlyMemory<byte> IdBytes => _ids.AsMemory(0, Count * sizeof(ulong));

    /// <summary>The memory of <see cref="Hlf"/>; valid until the batch changes.</summary>
    public ReadOnlyMemory<byte> HlfBytes => _hlf.AsMemory(0, Count * HlfColumns.Count * sizeof(float));

    /// <summary>The memory of <see cref="Particles"/>; valid until the batch changes.</summary>
    public ReadOnlyMemory<byte> ParticleBytes => _particles.AsMemory(0, ParticleCount * ParticleColumns.Count * sizeof(float));

    /// <summary>The memory of <see cref="ParticleOffsets"/>; valid until the batch changes.</summary>
    public ReadOnlyMemory<byte> ParticleOffsetBytes => _offsets.AsMemory(0, (Count + 1) * sizeof(int));

    /// <summary>The particle rows of one event [n × 19].</summary>
    public ReadOnlySpan<float> ParticlesOf(int index)
    {
        var rows = ParticleOffsets;
        return Particles[(rows[index] * ParticleColumns.Count)..(rows[index + 1] * ParticleColumns.Count)];
    }

    /// <summary>The high-level features of one event [14].</summary>
    public ReadOnlySpan<float> HlfOf(int index) => Hlf.Slice(index * HlfColumns.Count, HlfColumns.Count);

    /// <summary>Forgets the events and keeps the memory.</summary>
    public void Clear() => (Count, ParticleCount) = (0, 0);

    /// <summary>Where the features of the next event go [14]; part of the batch from <see cref="Commit"/> on.</summary>
    internal Span<float> NextHlf()
    {
        const int Size = HlfColumns.Count * sizeof(float);
        EnsureCapacity(ref _hlf, Count, 1, Size);
        return MemoryMarshal.Cast<byte, float>(_hlf.AsSpan(Count * Size, Size));
    }

    /// <summary>Where the particles of the next event go [rows × 19]; part of the batch from <see cref="Commit"/> on.</summary>
    internal Span<float> NextParticles(int rows)
    {
        const int Size = ParticleColumns.Count * sizeof(float);
        EnsureCapacity(ref _particles, ParticleCount, rows, Size);
        return MemoryMarshal.Cast<byte, float>(_particles.AsSpan(ParticleCount * Size, rows * Size));
    }

    /// <summary>Makes the event last written part of the batch.</summary>
    internal void Commit(ulong id, int rows)
    {
        EnsureCapacity(ref _ids, Count, 1, sizeof(ulong));
        EnsureCapacity(ref _offsets, Count + 1, 1, sizeof(int));
        MemoryMarshal.Write(_ids.AsSpan(Count * sizeof(ulong)), id);
        Count++;
        ParticleCount += rows;
        MemoryMarshal.Write(_offsets.AsSpan(Count * sizeof(int)), ParticleCount);
    }

    private static void EnsureCapacity(ref byte[] buffer, int used, int more, int size)
    {
        var needed = ((long)used + more) * size;
        if (needed <= buffer.Length)
            return;
        if (needed > Array.MaxLength)
        {
            throw new InvalidOperationException(
                $"a batch of selected events cannot hold more than {Array.MaxLength} bytes a column; write it out and clear it more often");
        }
        Array.Resize(ref buffer, (int)Math.Min(Array.MaxLength, Math.Max(needed, 2L * buffer.Length)));
    }
}
