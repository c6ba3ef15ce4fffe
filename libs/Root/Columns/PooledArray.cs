using System.Buffers;

namespace DaprHep.Root;

/// <summary>An array from the shared pool that grows and is given back when done.</summary>
/// <typeparam name="T">Type of the items.</typeparam>
internal sealed class PooledArray<T>
    where T : unmanaged
{
    private T[] array = [];

    public T[] Array => array;

    /// <summary>Makes room for at least <paramref name="length"/> items; the first <paramref name="keep"/> stay.</summary>
    public T[] Reserve(int length, int keep = 0)
    {
        if (array.Length >= length)
            return array;
        var doubled = (int)Math.Min(2L * array.Length, System.Array.MaxLength);
        var larger = ArrayPool<T>.Shared.Rent(keep == 0 ? length : Math.Max(length, doubled));
        array.AsSpan(0, keep).CopyTo(larger);
        Release();
        return array = larger;
    }

    public void Release()
    {
        if (array.Length > 0)
            ArrayPool<T>.Shared.Return(array);
        array = [];
    }
}
