using System.Buffers;

namespace Apache.Arrow.Memory;

/// <summary>Hands out aligned memory for buffers.</summary>
public abstract class MemoryAllocator
{
    public const int DefaultAlignment = 64;

    protected MemoryAllocator(int alignment = DefaultAlignment) => Alignment = alignment;

    public static Lazy<MemoryAllocator> Default { get; } = new(() => new PinnedMemoryAllocator());

    protected int Alignment { get; }

    /// <summary>Memory of exactly <paramref name="length"/> bytes whose first byte is aligned; its content is undefined.</summary>
    public IMemoryOwner<byte> Allocate(int length)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(length);
        return AllocateInternal(length, out _);
    }

    protected abstract IMemoryOwner<byte> AllocateInternal(int length, out int bytesAllocated);
}
