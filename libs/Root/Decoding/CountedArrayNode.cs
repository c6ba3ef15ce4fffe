namespace DaprHep.Root;

/// <summary>A member <c>T* x; //[n]</c>: a byte that says whether the array is there, then as many items as member n says.</summary>
/// <param name="path">Path of the list.</param>
/// <param name="item">The items.</param>
/// <param name="counter">The column of member n, whose last values belong to the objects being read; null in a branch of its own.</param>
internal sealed class CountedArrayNode(string path, ValueNode item, ValueColumn? counter) : ValueNode
{
    private readonly ValueColumn _counts = new(path, ColumnKind.Counts, DataType.Int32);

    public override int MinimumBytes => 1;

    public override IEnumerable<ValueColumn> Columns => item.Columns.Prepend(_counts);

    /// <summary>Numbers of items from the branch of member n, in a split collection.</summary>
    public CountQueue? Queue { get; set; }

    public override void Read(ref RootCursor cursor, int count)
    {
        cursor.CheckCount(count, 1, "arrays");
        for (var i = 0; i < count; i++)
        {
            var items = CountOf(ref cursor, count - i);
            if (cursor.ReadByte() == 0)
                items = 0;
            var length = cursor.CheckCount(items, item.MinimumBytes, "items of an array");
            _counts.AddLength(length);
            item.Read(ref cursor, length);
        }
    }

    private long CountOf(ref RootCursor cursor, int back)
    {
        if (Queue is not null)
            return Queue.Take();
        // An entry of its own branch ends with the array, so what is left of it is the array.
        return counter is null ? (cursor.Remaining - 1) / Math.Max(1, item.MinimumBytes) : counter.IntegerFromEnd(back);
    }
}
