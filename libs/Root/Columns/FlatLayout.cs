namespace DaprHep.Root;

/// <summary>How the bytes of a branch of plain numbers lie in its baskets: values one after the other, big-endian.</summary>
/// <param name="Type">Type of the values; null if the branch does not hold plain numbers.</param>
/// <param name="Items">Values an entry, or for each counted item.</param>
/// <param name="Jagged">True if the number of items differs from entry to entry.</param>
/// <param name="Reason">Why the branch is not of this kind.</param>
internal sealed record FlatLayout(DataType? Type, int Items, bool Jagged, string Reason = "")
{
    public static FlatLayout Of(RootBranch branch)
    {
        var record = branch.Record;
        if (record.Leaves is not [var leaf])
            return Not($"{record.Leaves.Count} leaves; only branches of one leaf are read as numbers");
        if (leaf.Length <= 0)
            return Not($"a leaf of length {leaf.Length}");
        if (leaf.StreamedClass != "TLeafElement")
        {
            return DataTypes.OfLeaf(leaf) is { } type
                ? new FlatLayout(type, leaf.Length, leaf.Counter is not null)
                : Not($"its leaf is a {leaf.StreamedClass}, not a number");
        }
        if (record.Type is 3 or 4)
            return new FlatLayout(DataType.Int32, 1, false);
        var jagged = record.Type is 31 or 41;
        var basic = record.StreamerType;
        var items = 1;
        if (basic is > ElementType.FixedArray and < ElementType.PointerArray)
        {
            basic -= ElementType.FixedArray;
            items = leaf.Length;
        }
        return basic > 0 && basic < ElementType.FixedArray && DataTypes.OfElement(basic) is { } element
            ? new FlatLayout(element, items, jagged)
            : Not(branch.Branches.Count > 0 ? "its data are in the branches below it" : $"it holds {Name(record)}, not plain numbers");
    }

    private static string Name(BranchRecord record) => record.ClassName.Length > 0 ? $"{record.ClassName} objects" : "objects";

    private static FlatLayout Not(string reason) => new(null, 0, false, reason);
}
