using System.Collections;
using System.Runtime.InteropServices;

namespace Apache.Arrow;

/// <summary>Fixed-width values; <see cref="Values"/> is the memory itself.</summary>
public abstract class PrimitiveArray<T> : Array, IReadOnlyList<T?>
    where T : struct, IEquatable<T>
{
    protected PrimitiveArray(ArrayData data)
        : base(data) => data.EnsureBufferCount(2);

    public ArrowBuffer ValueBuffer => Data.Buffers[1];

    /// <summary>One value for each slot; where a slot is null its value is undefined.</summary>
    public ReadOnlySpan<T> Values => MemoryMarshal.Cast<byte, T>(ValueBuffer.Span).Slice(Offset, Length);

    int IReadOnlyCollection<T?>.Count => Length;

    T? IReadOnlyList<T?>.this[int index] => GetValue(index);

    public T? GetValue(int index)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(index);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(index, Length);
        return IsValid(index) ? Values[index] : null;
    }

    public IList<T?> ToList(bool includeNulls = false)
    {
        var list = new List<T?>(Length);
        for (int i = 0; i < Length; i++)
        {
            if (GetValue(i) is { } value)
                list.Add(value);
            else if (includeNulls)
                list.Add(null);
        }

        return list;
    }

    IEnumerator<T?> IEnumerable<T?>.GetEnumerator()
    {
        for (int i = 0; i < Length; i++)
            yield return GetValue(i);
    }

    IEnumerator IEnumerable.GetEnumerator() => ((IEnumerable<T?>)this).GetEnumerator();
}
