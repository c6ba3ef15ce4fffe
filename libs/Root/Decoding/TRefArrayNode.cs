namespace DaprHep.Root;

/// <summary>TRefArray: name, number of slots, and the ids of the objects referred to.</summary>
internal sealed class TRefArrayNode(string path) : ValueNode
{
    private readonly ValueColumn _name = new(path + ".fName", ColumnKind.Strings, DataType.String);
    private readonly ValueColumn _size = new(path + ".fSize", ColumnKind.Numbers, DataType.Int32);
    private readonly ValueColumn _counts = new(path + ".refs", ColumnKind.Counts, DataType.Int32);
    private readonly ValueColumn _references = new(path + ".refs[]", ColumnKind.Numbers, DataType.Int32);

    public override int MinimumBytes => 23;

    public override IEnumerable<ValueColumn> Columns => [_name, _size, _counts, _references];

    public override void Read(ref RootCursor cursor, int count)
    {
        for (var i = 0; i < count; i++)
        {
            var header = cursor.ReadObjectHeader();
            ObjectReader.SkipTObject(ref cursor);
            _name.AddString(cursor.ReadStringBytes());
            var slots = cursor.ReadInt32();
            cursor.Skip(4 + 2); // lower bound, process id
            cursor.CheckCount(slots, 4, "references");
            _size.AddNumber(slots);
            _counts.AddLength(slots);
            for (var k = 0; k < slots; k++)
                _references.AddNumber(cursor.ReadInt32());
            ObjectReader.MoveToEnd(ref cursor, header);
        }
    }
}
