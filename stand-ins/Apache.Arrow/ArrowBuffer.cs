using System.Buffers;
using Apache.Arrow.Memory;

namespace Apache.Arrow;

/// <summary>A contiguous region of memory; a view of the caller's memory or memory of its own.</summary>
public readonly partial struct ArrowBuffer : IEquatable<ArrowBuffer>, IDisposable
{
    private readonly ReadOnlyMemory<byte> memory;
    private readonly IMemoryOwner<byte>? owner;

    /// <summary>A view of <paramref name="data"/>: nothing is copied, and the caller keeps the memory alive and unchanged.</summary>
    public ArrowBuffer(ReadOnlyMemory<byte> data) => memory = data;

    internal ArrowBuffer(IMemoryOwner<byte> memoryOwner)
    {
        owner = memoryOwner;
        memory = memoryOwner.Memory;
    }

    public static ArrowBuffer Empty { get; } = new(Memory<byte>.Empty);

    public ReadOnlyMemory<byte> Memory => memory;

    public bool IsEmpty => memory.IsEmpty;

    public int Length => memory.Length;

    public ReadOnlySpan<byte> Span => memory.Span;

    public ArrowBuffer Clone(MemoryAllocator? allocator = default) =>
        IsEmpty ? Empty : new Builder<byte>(Length).Append(Span).Build(allocator);

    public bool Equals(ArrowBuffer other) => Span.SequenceEqual(other.Span);

    public override bool Equals(object? obj) => obj is ArrowBuffer other && Equals(other);

    public override int GetHashCode()
    {
        var hash = default(HashCode);
        hash.AddBytes(Span);
        return hash.ToHashCode();
    }

    public void Dispose() => owner?.Dispose();
}
