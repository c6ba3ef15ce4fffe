using System.Buffers;

namespace DaprHep.Root;

/// <summary>An array from the shared pool that grows and is given back when done.</summary>
/// <typeparam name="T">Type of the items.</typeparam>
internal sealed class PooledArray<T>
    where T : unmanaged
{
    private T[] _array = [];

    public T[] Array => _array;

    /// <summary>Makes room for at least <paramref name="length"/> items; the first <paramref name="keep"/> stay.</summary>
    public T[] Reserve(int length, int keep = 0)
    {
        if (_array.Length >= length)
            return _array;
        var doubled = (int)Math.Min(2L * _array.Length, System.Array.MaxLength);
        var larger = ArrayPool<T>.Shared.Rent(keep == 0 ? length : Math.Max(length, doubled));
        _array.AsSpan(0, keep).CopyTo(larger);
        Release();
        return _array = larger;
    }

    public void Release()
    {
        if (_array.Length > 0)
            ArrayPool<T>.Shared.Return(_array);
        _array = [];
    }
}
