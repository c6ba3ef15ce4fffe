namespace DaprHep.Root;

/// <summary>Plain numbers, big-endian.</summary>
internal sealed class NumberNode(string path, DataType type) : ValueNode
{
    public ValueColumn Column { get; } = new(path, ColumnKind.Numbers, type);

    public override int MinimumBytes { get; } = DataTypes.BytesOf(type);

    public override IEnumerable<ValueColumn> Columns => [Column];

    public override void Read(ref RootCursor cursor, int count)
    {
        var bytes = MinimumBytes * cursor.CheckCount(count, MinimumBytes, "values");
        ByteOrder.Copy(cursor.ReadBytes(bytes), Column.AddBytes(bytes), type);
    }
}
