using System.Runtime.InteropServices;

namespace DaprHep.Learning.Models.Dense;

/// <summary>Zeroed memory that starts at a cache line, so that no vector is split between two.</summary>
internal readonly struct AlignedFloats
{
    private const int CacheLine = 64;
    private readonly float[] _array;
    private readonly int _first;

    internal AlignedFloats(int length)
    {
        _array = GC.AllocateArray<float>(length + CacheLine / sizeof(float), pinned: true);
        var past = (int)(Marshal.UnsafeAddrOfPinnedArrayElement(_array, 0) % CacheLine);
        _first = (CacheLine - past) % CacheLine / sizeof(float);
        Length = length;
    }

    internal int Length { get; }

    internal Span<float> Span => _array.AsSpan(_first, Length);
}
