namespace DaprHep.Root;

/// <summary>
/// TObject::fBits: four bytes, and two more (the process id) where bit 4 (0x10, kIsReferenced) is set because a TRef points at
/// the object.
/// </summary>
internal sealed class BitsNode(string path) : ValueNode
{
    public const uint IsReferenced = 0x10;

    private readonly ValueColumn _bits = new(path, ColumnKind.Numbers, DataType.UInt32);
    private readonly ValueColumn _processIds = new(path + "#pidf", ColumnKind.Numbers, DataType.UInt16);

    public override int MinimumBytes => 4;

    public override IEnumerable<ValueColumn> Columns => [_bits, _processIds];

    public override void Read(ref RootCursor cursor, int count)
    {
        cursor.CheckCount(count, 4, "values");
        for (var i = 0; i < count; i++)
        {
            var value = cursor.ReadUInt32();
            _bits.AddNumber(value);
            if ((value & IsReferenced) != 0)
                _processIds.AddNumber(cursor.ReadUInt16());
        }
    }
}
