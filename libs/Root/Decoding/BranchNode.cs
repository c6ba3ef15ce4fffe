namespace DaprHep.Root;

/// <summary>What decodes a branch: the node for its values, and whether each entry has one or as many as another branch counts.</summary>
/// <param name="Value">Decodes the values.</param>
/// <param name="Counts">Column of the number of values in each entry; null if each has one.</param>
internal sealed record BranchNode(ValueNode Value, ValueColumn? Counts)
{
    /// <summary>The branch with the lengths of the counted arrays in a split collection.</summary>
    public RootBranch? ArrayCounter { get; private init; }

    public IReadOnlyList<ValueColumn> Columns { get; } = [.. Counts is null ? Value.Columns : Value.Columns.Prepend(Counts)];

    /// <summary>Builds the nodes for a branch.</summary>
    /// <exception cref="NotDecodableException">The branch is not decoded.</exception>
    public static BranchNode Build(RootBranch branch, IReadOnlyDictionary<string, StreamerInfo> versions)
    {
        var builder = new NodeBuilder(branch.Tree.File.Streamers, versions);
        var record = branch.Record;
        if (record.Leaves.Count == 0)
            throw new NotDecodableException("it has no leaves");
        if (record.StreamedClass is not ("TBranchElement" or "TBranch" or "TBranchSTL" or "TBranchRef"))
            throw new NotDecodableException($"a {record.StreamedClass} holds objects of any class");
        if (record.StreamedClass != "TBranchElement")
            return OfLeaves(record);
        if (record.Type is 3 or 4)
            return new BranchNode(new NumberNode("", DataType.Int32), null);
        if (record.Type is 31 or 41)
        {
            if (branch.Counter is null)
                throw new NotDecodableException("no branch counts its items");
            var items = OfElement(branch, builder, "[]");
            return new BranchNode(items, new ValueColumn("", ColumnKind.Counts, DataType.Int32))
            {
                ArrayCounter = items is CountedArrayNode ? BranchElement.CounterOf(branch) : null,
            };
        }
        return record.Id < 0
            ? new BranchNode(OfWhole(branch, builder), null)
            : new BranchNode(OfElement(branch, builder, ""), null);
    }

    private static BranchNode OfLeaves(BranchRecord record)
    {
        if (record.Leaves is [var single])
        {
            return single.Counter is null
                ? new BranchNode(OfLeaf(single, ""), null)
                : new BranchNode(OfLeaf(single, "[]"), new ValueColumn("", ColumnKind.Counts, DataType.Int32));
        }
        var members = new List<ValueNode>();
        var integers = new Dictionary<LeafRecord, ValueColumn>();
        foreach (var leaf in record.Leaves)
        {
            var path = "." + leaf.Name;
            if (leaf.Counter is null)
                members.Add(OfLeaf(leaf, path, showDimensions: false));
            else if (integers.TryGetValue(leaf.Counter, out var counter))
                members.Add(new CountedLeafNode(path, OfLeaf(leaf, path + "[]"), counter));
            else
                throw new NotDecodableException($"leaf {leaf.Name} is counted by a leaf that is not before it");
            if (members[^1] is NumberNode { Column: var column })
                integers[leaf] = column;
        }
        return new BranchNode(new TupleNode(members), null);
    }

    private static ValueNode OfLeaf(LeafRecord leaf, string path, bool showDimensions = true)
    {
        if (leaf.StreamedClass == "TLeafC")
            return new StringNode(path, StringForm.Short);
        var dimensions = LeafDimensions.Of(leaf);
        var items = showDimensions ? path + string.Concat(dimensions.Select(d => $"[{d}]")) : path;
        ValueNode item = leaf.StreamedClass switch
        {
            "TLeafD32" => new TruncatedNode(items, TruncatedRange.Parse(leaf.Title), isDouble: true),
            "TLeafF16" => new TruncatedNode(items, TruncatedRange.Parse(leaf.Title), isDouble: false),
            _ when DataTypes.OfLeaf(leaf) is { } type => new NumberNode(items, type),
            _ => throw new NotDecodableException($"its leaf is a {leaf.StreamedClass}"),
        };
        return dimensions.Count == 0 ? item : new FixedArrayNode(leaf.Length, item);
    }

    /// <summary>A branch that holds whole objects or collections.</summary>
    private static ValueNode OfWhole(RootBranch branch, NodeBuilder builder)
    {
        var record = branch.Record;
        if (CppType.Parse(record.ClassName).Name == "string")
            return new StringNode("", StringForm.Short);
        var whole = builder.OfType(record.ClassName, "");
        // Of type 0 the branch writes the members itself; a class that writes itself (type −1) puts its header first.
        return record.Type == 0 && whole is RecordNode members ? new MembersNode(members) : whole;
    }

    /// <summary>A branch that holds one member of a class.</summary>
    private static ValueNode OfElement(RootBranch branch, NodeBuilder builder, string path)
    {
        var record = branch.Record;
        var leaf = record.Leaves.Count > 0 ? record.Leaves[0] : null;
        var dimensions = leaf is null ? [] : LeafDimensions.Of(leaf);
        var element = BranchElement.Find(branch);
        if (element is null)
        {
            if (record.StreamerType is <= 0 or >= ElementType.PointerArray)
                throw new NotDecodableException($"class {record.ClassName} is not described in the file's streamer info");
            element = new StreamerElement { Kind = "TStreamerBasicType", Name = record.Name, Type = record.StreamerType };
        }
        if (element.Kind == "TStreamerBase" && builder.OfType(element.Name, path) is RecordNode parent)
            return new BaseNode(parent);
        // The leaf tells the length of fixed arrays; for all else it may hold anything.
        var isFixed = element.ArrayLength > 0 || element.Type is > ElementType.FixedArray and < ElementType.PointerArray;
        return builder.OfElement(element, path, isFixed ? dimensions : []);
    }
}
