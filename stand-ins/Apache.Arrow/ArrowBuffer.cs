using System.Buffers;
using Apache.Arrow.Memory;

namespace Apache.Arrow;

/// <summary>A contiguous region of memory; a view of the caller's memory or memory of its own.</summary>
public readonly partial struct ArrowBuffer : IEquatable<ArrowBuffer>, IDisposable
{
    private readonly ReadOnlyMemory<byte> _memory;
    private readonly IMemoryOwner<byte>? _owner;

    /// <summary>A view of <paramref name="data"/>: nothing is copied, and the caller keeps the memory alive and unchanged.</summary>
    public ArrowBuffer(ReadOnlyMemory<byte> data) => _memory = data;

    internal ArrowBuffer(IMemoryOwner<byte> memoryOwner)
    {
        _owner = memoryOwner;
        _memory = memoryOwner.Memory;
    }

    public static ArrowBuffer Empty { get; } = new(Memory<byte>.Empty);

    public ReadOnlyMemory<byte> Memory => _memory;

    public bool IsEmpty => _memory.IsEmpty;

    public int Length => _memory.Length;

    public ReadOnlySpan<byte> Span => _memory.Span;

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

    public void Dispose() => _owner?.Dispose();
}
