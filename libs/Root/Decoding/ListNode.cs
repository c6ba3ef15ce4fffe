namespace DaprHep.Root;

/// <summary>
/// An STL collection: a count and its items. As a member it has a header (byte count and version) whose bit 14 says that the
/// items are stored member-wise; then the version of the items' class follows. Collections inside collections have no header.
/// </summary>
/// <param name="path">Path of the list.</param>
/// <param name="item">The items.</param>
internal sealed class ListNode(string path, ValueNode item) : ValueNode
{
    private const short MemberWise = 0x4000;

    /// <summary>Collections streamed by older versions of ROOT do not say the version of the items' class.</summary>
    private const short FirstWithItemVersion = 8;

    private readonly ValueColumn _counts = new(path, ColumnKind.Counts, DataType.Int32);

    public override int MinimumBytes => 4;

    public override IEnumerable<ValueColumn> Columns => item.Columns.Prepend(_counts);

    public override void Read(ref RootCursor cursor, int count)
    {
        if (count == 0 && cursor.Remaining == 0)
            return; // an entry without objects may lack the header too
        var header = cursor.ReadCollectionHeader();
        var memberWise = (header.Version & MemberWise) != 0;
        if (memberWise && (header.Version & ~MemberWise) >= FirstWithItemVersion)
        {
            var itemVersion = cursor.ReadItemVersion();
            (item as RecordNode)?.Check(itemVersion);
        }
        cursor.CheckCount(count, 4, "lists");
        for (var i = 0; i < count; i++)
            ReadItems(ref cursor, memberWise);
        if (header.End >= 0 && cursor.Position != header.End)
            cursor.Throw($"a collection that ends at {header.End}", $"items up to {cursor.Position}");
    }

    public override void ReadBare(ref RootCursor cursor, int count)
    {
        cursor.CheckCount(count, 4, "lists");
        for (var i = 0; i < count; i++)
            ReadItems(ref cursor, memberWise: false);
    }

    private void ReadItems(ref RootCursor cursor, bool memberWise)
    {
        var items = cursor.ReadCount(memberWise ? 1 : Math.Max(1, item.MinimumBytes), "items of a collection");
        _counts.AddLength(items);
        if (items == 0)
            return;
        if (!memberWise)
            item.ReadBare(ref cursor, items);
        else if (item is RecordNode record)
            record.ReadMemberWise(ref cursor, items);
        else if (item is TupleNode pair)
            pair.ReadMemberWise(ref cursor, items);
        else if (item is UndecodableNode)
            item.Read(ref cursor, items);
        else
            cursor.Throw("objects in a collection stored member-wise", "other items");
    }
}
