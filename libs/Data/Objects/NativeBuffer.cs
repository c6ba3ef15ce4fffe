using System.Buffers;
using System.Runtime.InteropServices;

namespace DaprHep.Data.Objects;

/// <summary>
/// Bytes outside the garbage-collected heap, at an address that Arrow's columns can be read from in place. They are given back when
/// disposed, and only then: a span into them does not keep them.
/// </summary>
internal sealed unsafe class NativeBuffer : MemoryManager<byte>
{
    private const nuint Alignment = 64;
    private readonly int _length;
    private byte* _start;

    public NativeBuffer(int length)
    {
        _length = length;
        _start = (byte*)NativeMemory.AlignedAlloc((nuint)Math.Max(length, 1), Alignment);
        GC.AddMemoryPressure(Math.Max(length, 1));
    }

    public override Span<byte> GetSpan() => _start == null ? throw new ObjectDisposedException(nameof(NativeBuffer)) : new(_start, _length);

    public override MemoryHandle Pin(int elementIndex = 0) => new(_start + elementIndex);

    public override void Unpin()
    {
    }

    protected override void Dispose(bool disposing)
    {
        if (_start == null)
            return;
        NativeMemory.AlignedFree(_start);
        GC.RemoveMemoryPressure(Math.Max(_length, 1));
        _start = null;
    }
}
