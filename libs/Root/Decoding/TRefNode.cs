namespace DaprHep.Root;

/// <summary>TRef: a TObject whose id names the object referred to, and the id of the process that made it.</summary>
internal sealed class TRefNode(string path) : ValueNode
{
    /// <summary>Bit 5 of fBits: the reference names its object by UUID, as a string.</summary>
    private const uint HasUuid = 0x20;

    private readonly ValueColumn _reference = new(path + ".ref", ColumnKind.Numbers, DataType.UInt32);

    public override int MinimumBytes => 11;

    public override IEnumerable<ValueColumn> Columns => [_reference];

    public override void Read(ref RootCursor cursor, int count)
    {
        for (var i = 0; i < count; i++)
        {
            cursor.ReadObjectHeader();
            _reference.AddNumber(cursor.ReadUInt32());
            var bits = cursor.ReadUInt32();
            if ((bits & BitsNode.IsReferenced) != 0)
                cursor.Skip(2);
            if ((bits & HasUuid) != 0)
                cursor.ReadStringBytes();
            else
                cursor.Skip(2);
        }
    }
}
