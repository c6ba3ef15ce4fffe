namespace DaprHep.Root;

/// <summary>One member or base of a class, as the file's streamer info describes it (TStreamerElement).</summary>
internal sealed record StreamerElement
{
    /// <summary>TStreamerBase, TStreamerBasicType, TStreamerSTL, …</summary>
    public required string Kind { get; init; }

    public required string Name { get; init; }

    /// <summary>The member's comment; holds the range of a Double32_t and the counter of a variable array.</summary>
    public string Title { get; init; } = "";

    /// <summary>TVirtualStreamerInfo's type code, see <see cref="ElementType"/>.</summary>
    public int Type { get; init; }

    /// <summary>Items of a fixed array over all dimensions; 0 for a single value.</summary>
    public int ArrayLength { get; init; }

    /// <summary>Dimensions of a fixed array.</summary>
    public IReadOnlyList<int> Dimensions { get; init; } = [];

    /// <summary>Dimensions of a fixed array, or its length alone where they do not multiply to it; none for a single value.</summary>
    public IReadOnlyList<int> FixedDimensions =>
        ArrayLength <= 0 ? [] : Dimensions.Aggregate(1L, (a, b) => a * b) == ArrayLength ? Dimensions : [ArrayLength];

    public string TypeName { get; init; } = "";

    /// <summary>Version of the base class (TStreamerBase).</summary>
    public int BaseVersion { get; init; }

    /// <summary>The member that counts this variable array (TStreamerBasicPointer, TStreamerLoop).</summary>
    public string CountName { get; init; } = "";

    public override string ToString() => $"{TypeName} {Name} (type {Type})";
}
