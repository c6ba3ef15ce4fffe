namespace DaprHep.Physics;

/// <summary>The values of one branch over a run of entries.</summary>
/// <typeparam name="T">Type of a value.</typeparam>
/// <param name="values">The values of all entries, one after the other.</param>
/// <param name="offsets">
/// Where each entry starts in <paramref name="values"/>, and at the end where the last one stops: one more than there are entries,
/// never decreasing.
/// </param>
public readonly ref struct BranchColumn<T>(ReadOnlySpan<T> values, ReadOnlySpan<int> offsets)
    where T : unmanaged
{
    /// <summary>The values of all entries.</summary>
    public ReadOnlySpan<T> Values { get; } = values;

    /// <summary>The starts of the entries and the end of the last.</summary>
    public ReadOnlySpan<int> Offsets { get; } = offsets;

    /// <summary>The values of the <paramref name="entry"/>th entry of the run.</summary>
    public ReadOnlySpan<T> this[int entry] => Values[Offsets[entry]..Offsets[entry + 1]];
}
