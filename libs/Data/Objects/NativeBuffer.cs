using System.Buffers;
using System.Runtime.InteropServices;

namespace DaprHep.Data.Objects;

/// <summary>
/// Bytes outside the garbage-collected heap, at an address that Arrow's columns can be read from in place. They are given back when
/// disposed, and only then: a span into them does not keep them.
/// </summary>
public sealed unsafe class NativeBuffer : MemoryManager<byte>
{
    private const nuint Alignment = 64;
    private readonly int _length;
    private byte* _start;

    /// <summary>Takes the memory; what is in it at first is not defined.</summary>
    /// <param name="length">Bytes.</param>
    public NativeBuffer(int length)
    {
        _length = length;
        _start = (byte*)NativeMemory.AlignedAlloc((nuint)Math.Max(length, 1), Alignment);
        GC.AddMemoryPressure(Math.Max(length, 1));
    }

    /// <inheritdoc/>
    public override Span<byte> GetSpan() => _start == null ? throw new ObjectDisposedException(nameof(NativeBuffer)) : new(_start, _length);

    /// <inheritdoc/>
    public override MemoryHandle Pin(int elementIndex = 0) => new(_start + elementIndex);

    /// <inheritdoc/>
    public override void Unpin()
    {
    }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (_start == null)
            return;
        NativeMemory.AlignedFree(_start);
        GC.RemoveMemoryPressure(Math.Max(_length, 1));
        _start = null;
    }
}
