namespace DaprHep.Root;

/// <summary>A member <c>T* x; //[n]</c>: a byte that says whether the array is there, then as many items as member n says.</summary>
/// <param name="path">Path of the list.</param>
/// <param name="item">The items.</param>
/// <param name="counter">The column of member n, whose last values belong to the objects being read; null in a branch of its own.</param>
internal sealed class CountedArrayNode(string path, ValueNode item, ValueColumn? counter) : ValueNode
{
    private readonly ValueColumn counts = new(path, ColumnKind.Counts, DataType.Int32);

    public override int MinimumBytes => 1;

    public override IEnumerable<ValueColumn> Columns => item.Columns.Prepend(counts);

    public override void Read(ref RootCursor cursor, int count)
    {
        cursor.CheckCount(count, 1, "arrays");
        for (var i = 0; i < count; i++)
        {
            // An entry of its own branch ends with the array, so what is left of it is the array.
            var items = counter is null ? (cursor.Remaining - 1) / item.MinimumBytes : counter.IntegerFromEnd(count - i);
            if (cursor.ReadByte() == 0)
                items = 0;
            items = cursor.CheckCount(items, item.MinimumBytes, "items of an array");
            counts.AddLength((int)items);
            item.Read(ref cursor, (int)items);
        }
    }
}
