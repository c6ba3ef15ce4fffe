namespace DaprHep.Root;

/// <summary>A leaf of varying length in a leaf list: as many items as an earlier leaf of the list says, without anything before them.</summary>
/// <param name="path">Path of the list.</param>
/// <param name="item">The items.</param>
/// <param name="counter">The column of the counting leaf.</param>
internal sealed class CountedLeafNode(string path, ValueNode item, ValueColumn counter) : ValueNode
{
    private readonly ValueColumn _counts = new(path, ColumnKind.Counts, DataType.Int32);

    public override int MinimumBytes => 0;

    public override IEnumerable<ValueColumn> Columns => item.Columns.Prepend(_counts);

    public override void Read(ref RootCursor cursor, int count)
    {
        for (var i = 0; i < count; i++)
        {
            var items = cursor.CheckCount(counter.IntegerFromEnd(1), Math.Max(1, item.MinimumBytes), "items of a leaf");
            _counts.AddLength(items);
            item.Read(ref cursor, items);
        }
    }
}
