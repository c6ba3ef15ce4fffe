namespace DaprHep.Root;

/// <summary>Strings.</summary>
internal sealed class StringNode(string path, StringForm form) : ValueNode
{
    private readonly ValueColumn _column = new(path, ColumnKind.Strings, DataType.String);

    public override int MinimumBytes { get; } = form == StringForm.Long ? 4 : 1;

    public override IEnumerable<ValueColumn> Columns => [_column];

    public override void Read(ref RootCursor cursor, int count)
    {
        if (form != StringForm.Member)
        {
            ReadBare(ref cursor, count);
            return;
        }
        var header = cursor.ReadCollectionHeader();
        ReadBare(ref cursor, count);
        ObjectReader.MoveToEnd(ref cursor, header);
    }

    public override void ReadBare(ref RootCursor cursor, int count)
    {
        cursor.CheckCount(count, MinimumBytes, "strings");
        for (var i = 0; i < count; i++)
            _column.AddString(form == StringForm.Long ? cursor.ReadBytes(cursor.ReadCount(1, "characters")) : cursor.ReadStringBytes());
    }
}
