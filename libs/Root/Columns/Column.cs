namespace DaprHep.Root;

/// <summary>
/// The values of one branch for the current chunk of a <see cref="TreeReader"/>; valid until its next <see cref="TreeReader.Next"/>.
/// </summary>
/// <typeparam name="T">Type of the values.</typeparam>
public readonly ref struct Column<T>
    where T : unmanaged
{
    internal Column(ReadOnlySpan<T> values, ReadOnlySpan<int> offsets)
    {
        Values = values;
        Offsets = offsets;
    }

    /// <summary>The values of all entries of the chunk, one after the other.</summary>
    public ReadOnlySpan<T> Values { get; }

    /// <summary>Entries + 1 offsets into <see cref="Values"/>.</summary>
    public ReadOnlySpan<int> Offsets { get; }

    /// <summary>The values of one entry.</summary>
    /// <param name="entry">Counted from the chunk's first entry.</param>
    public ReadOnlySpan<T> this[int entry] => Values[Offsets[entry]..Offsets[entry + 1]];
}
