namespace DaprHep.Root;

/// <summary>Lists of values, one an entry, in one array: entry i holds Values[Offsets[i]] to Values[Offsets[i + 1] − 1].</summary>
/// <typeparam name="T">Type of the values.</typeparam>
/// <param name="values">All values, entry after entry.</param>
/// <param name="offsets">Number of entries + 1 offsets, from 0 up.</param>
public sealed class JaggedArray<T>(T[] values, int[] offsets)
    where T : unmanaged
{
    /// <summary>Number of entries.</summary>
    public int Count => offsets.Length - 1;

    /// <summary>All values, entry after entry.</summary>
    public ReadOnlySpan<T> Values => values;

    /// <summary>Count + 1 offsets into <see cref="Values"/>.</summary>
    public ReadOnlySpan<int> Offsets => offsets;

    /// <summary>The values of one entry.</summary>
    /// <param name="entry">0 to Count − 1.</param>
    public ReadOnlySpan<T> this[int entry] => values.AsSpan(offsets[entry]..offsets[entry + 1]);
}
