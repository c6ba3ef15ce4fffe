namespace DaprHep.Root;

/// <summary>Double32_t (read as double) and Float16_t (read as float): numbers stored with fewer bits than they have in memory.</summary>
internal sealed class TruncatedNode : ValueNode
{
    private const int DefaultFloat16Bits = 12;

    private readonly TruncatedRange _range;
    private readonly bool _isDouble;
    private readonly int _mantissaBits;

    public TruncatedNode(string path, TruncatedRange range, bool isDouble)
    {
        _range = range;
        _isDouble = isDouble;
        _mantissaBits = range.MantissaBits > 0 ? range.MantissaBits : isDouble ? 0 : DefaultFloat16Bits;
        var exact = range.Factor == 0 && _mantissaBits == 0;
        Column = new ValueColumn(path, ColumnKind.Numbers, isDouble ? DataType.Float64 : DataType.Float32, approximate: !exact);
        MinimumBytes = BytesOf(range, isDouble);
    }

    public ValueColumn Column { get; }

    public override int MinimumBytes { get; }

    public override IEnumerable<ValueColumn> Columns => [Column];

    /// <summary>Bytes one value takes: 4 with a range or as a plain Double32_t, 3 (exponent and mantissa) otherwise.</summary>
    public static int BytesOf(TruncatedRange range, bool isDouble) =>
        range.Factor != 0 || (isDouble && range.MantissaBits == 0) ? 4 : 3;

    public override void Read(ref RootCursor cursor, int count)
    {
        cursor.CheckCount(count, MinimumBytes, "values");
        for (var i = 0; i < count; i++)
        {
            var value = ReadOne(ref cursor);
            if (_isDouble)
                Column.AddNumber(value);
            else
                Column.AddNumber((float)value);
        }
    }

    private double ReadOne(ref RootCursor cursor)
    {
        if (_range.Factor != 0)
            return cursor.ReadUInt32() / _range.Factor + _range.Minimum;
        if (_mantissaBits == 0)
            return cursor.ReadSingle();
        uint exponent = cursor.ReadByte();
        uint mantissa = cursor.ReadUInt16();
        var sign = 1u << (_mantissaBits + 1);
        var bits = exponent << 23 | (mantissa & (sign - 1)) << (23 - _mantissaBits);
        var value = BitConverter.UInt32BitsToSingle(bits);
        return (mantissa & sign) != 0 ? -value : value;
    }
}
