using System.Buffers;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Apache.Arrow.Memory;

/// <summary>
/// Aligned memory on the pinned object heap. The garbage collector owns it, so a span over a batch stays valid for as long
/// as the span lives, whether or not the batch has been disposed.
/// </summary>
internal sealed class PinnedMemoryAllocator : MemoryAllocator
{
    /// <summary>Aligned memory of <paramref name="length"/> bytes; undefined content.</summary>
    public static Memory<byte> AllocateAligned(int length)
    {
        if (length == 0)
            return Memory<byte>.Empty;
        if (length > System.Array.MaxLength - DefaultAlignment)
            throw new InvalidDataException(
                $"A buffer of {length} bytes is larger than one buffer may be ({System.Array.MaxLength - DefaultAlignment} bytes).");
        byte[] bytes = GC.AllocateUninitializedArray<byte>(length + DefaultAlignment, pinned: true);
        nuint address;
        unsafe
        {
            address = (nuint)Unsafe.AsPointer(ref MemoryMarshal.GetArrayDataReference(bytes));
        }

        int skip = (int)((DefaultAlignment - (address % DefaultAlignment)) % DefaultAlignment);
        return bytes.AsMemory(skip, length);
    }

    protected override IMemoryOwner<byte> AllocateInternal(int length, out int bytesAllocated)
    {
        bytesAllocated = length;
        return new Owner(AllocateAligned(length));
    }

    private sealed class Owner(Memory<byte> memory) : IMemoryOwner<byte>
    {
        public Memory<byte> Memory { get; } = memory;

        public void Dispose()
        {
        }
    }
}
