namespace DaprHep.Root;

/// <summary>TArrayC, S, I, L, F, D: a count and the items, without header.</summary>
internal sealed class ArrayObjectNode(string path, DataType type) : ValueNode
{
    private readonly ValueColumn _counts = new(path, ColumnKind.Counts, DataType.Int32);
    private readonly NumberNode _items = new(path + "[]", type);

    public override int MinimumBytes => 4;

    public override IEnumerable<ValueColumn> Columns => _items.Columns.Prepend(_counts);

    /// <summary>The items of a TArray class.</summary>
    public static DataType ItemOf(string className) => className switch
    {
        "TArrayC" => DataType.Int8,
        "TArrayS" => DataType.Int16,
        "TArrayI" => DataType.Int32,
        "TArrayF" => DataType.Float32,
        "TArrayD" => DataType.Float64,
        _ => DataType.Int64,
    };

    public override void Read(ref RootCursor cursor, int count)
    {
        for (var i = 0; i < count; i++)
        {
            var length = cursor.ReadCount(_items.MinimumBytes, "items of an array");
            _counts.AddLength(length);
            _items.Read(ref cursor, length);
        }
    }
}
