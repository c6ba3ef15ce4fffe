using Apache.Arrow.FlatBuffers;
using Apache.Arrow.Types;
using F = Apache.Arrow.Ipc.MessageFormat;

namespace Apache.Arrow.Ipc;

/// <summary>Reads the Schema table of a schema message or of a file footer.</summary>
internal sealed class SchemaDecoder
{
    private readonly DecodingBudget _budget;

    private SchemaDecoder(int metadataLength) => _budget = new DecodingBudget(metadataLength);

    public static (Schema Schema, ColumnLayout[] Columns) Decode(FlatTable table, int metadataLength)
    {
        short endianness = table.Int16(F.Schema.Endianness);
        if (endianness != 0)
            throw new NotSupportedException($"Arrow schema: expected little-endian data (0), found byte order {endianness}.");
        var decoder = new SchemaDecoder(metadataLength);
        var columns = decoder.DecodeFields(table.Tables(F.Schema.Fields), 0);
        return (new Schema(columns.Select(column => column.Field), decoder.DecodeMetadata(table.Tables(F.Schema.Metadata))), columns);
    }

    private ColumnLayout[] DecodeFields(FlatTables tables, int depth)
    {
        var columns = new List<ColumnLayout>();
        for (int i = 0; i < tables.Count; i++)
            columns.Add(DecodeField(tables[i], depth));
        return [.. columns];
    }

    private ColumnLayout DecodeField(FlatTable table, int depth)
    {
        _budget.TakeField(depth);
        string name = table.String(F.Field.Name, _budget) ?? "";
        var children = DecodeFields(table.Tables(F.Field.Children), depth + 1);
        var code = (F.TypeCode)table.Byte(F.Field.TypeCode);
        var valueType = DecodeType(code, table.Table(F.Field.Type, "type"), name, children);
        var metadata = DecodeMetadata(table.Tables(F.Field.Metadata));
        var type = valueType;
        long? dictionaryId = null;
        if (table.TryTable(F.Field.Dictionary, out var encoding))
        {
            dictionaryId = encoding.Int64(F.DictionaryEncoding.Id);
            IArrowType indexType = encoding.TryTable(F.DictionaryEncoding.IndexType, out var index)
                ? DecodeInteger(index, name)
                : Int32Type.Default;
            type = new DictionaryType(indexType, valueType, encoding.Bool(F.DictionaryEncoding.Ordered));
        }

        return new ColumnLayout(new Field(name, type, table.Bool(F.Field.Nullable), metadata), valueType, dictionaryId, children);
    }

    private Dictionary<string, string>? DecodeMetadata(FlatTables tables)
    {
        if (tables.Count == 0)
            return null;
        var metadata = new Dictionary<string, string>();
        for (int i = 0; i < tables.Count; i++)
        {
            _budget.TakeText(1);
            metadata[tables[i].String(F.KeyValue.Key, _budget) ?? ""] = tables[i].String(F.KeyValue.Value, _budget) ?? "";
        }

        return metadata;
    }

    private IArrowType DecodeType(F.TypeCode code, FlatTable type, string name, ColumnLayout[] children)
    {
        int expectedChildren = code switch
        {
            F.TypeCode.List or F.TypeCode.LargeList or F.TypeCode.FixedSizeList => 1,
            F.TypeCode.Struct => Math.Max(1, children.Length),
            _ => 0,
        };
        if (code <= F.TypeCode.LargeList && code is not (F.TypeCode.Union or F.TypeCode.Map) && children.Length != expectedChildren)
            throw Malformed(name, $"{expectedChildren} child fields for type {code}", $"{children.Length}");

        return code switch
        {
            F.TypeCode.Null => NullType.Default,
            F.TypeCode.Bool => BooleanType.Default,
            F.TypeCode.Int => DecodeInteger(type, name),
            F.TypeCode.FloatingPoint => type.Int16(0) switch
            {
                0 => HalfFloatType.Default,
                1 => FloatType.Default,
                2 => DoubleType.Default,
                var precision => throw Malformed(name, "half (0), single (1) or double (2) precision", $"{precision}"),
            },
            F.TypeCode.Binary => BinaryType.Default,
            F.TypeCode.LargeBinary => LargeBinaryType.Default,
            F.TypeCode.Utf8 => StringType.Default,
            F.TypeCode.LargeUtf8 => LargeStringType.Default,
            F.TypeCode.FixedSizeBinary => new FixedSizeBinaryType(Positive(type.Int32(0), 1 << 24, name, "byte width")),
            F.TypeCode.Decimal => type.Int32(2, 128) == 128
                ? new Decimal128Type(Positive(type.Int32(0), 38, name, "decimal precision"), Within(type.Int32(1), -38, 38, name, "scale"))
                : throw new NotSupportedException($"Field {name}: decimals of {type.Int32(2)} bits are not supported."),
            F.TypeCode.Date => type.Int16(0, 1) switch
            {
                0 => Date32Type.Default,
                1 => Date64Type.Default,
                var unit => throw Malformed(name, "days (0) or milliseconds (1)", $"{unit}"),
            },
            F.TypeCode.Time => DecodeTime(type, name),
            F.TypeCode.Timestamp => new TimestampType(Unit(type.Int16(0), name), type.String(1, _budget)),
            F.TypeCode.Duration => DurationType.FromTimeUnit(Unit(type.Int16(0, 1), name)),
            F.TypeCode.List => new ListType(children[0].Field),
            F.TypeCode.LargeList => new LargeListType(children[0].Field),
            F.TypeCode.FixedSizeList =>
                new FixedSizeListType(children[0].Field, Positive(type.Int32(0), int.MaxValue, name, "list size")),
            F.TypeCode.Struct when children.Length == 0 => throw Malformed(name, "a struct of at least one field", "none"),
            F.TypeCode.Struct => new StructType(System.Array.ConvertAll(children, child => child.Field)),
            F.TypeCode.None or > F.TypeCode.LargeListView => throw Malformed(name, "a type", $"code {(byte)code}"),
            _ => throw new NotSupportedException($"Field {name}: Arrow type {code} is not supported."),
        };
    }

    private static IntegerType DecodeInteger(FlatTable type, string name) => (type.Int32(0), type.Bool(1)) switch
    {
        (8, true) => Int8Type.Default,
        (16, true) => Int16Type.Default,
        (32, true) => Int32Type.Default,
        (64, true) => Int64Type.Default,
        (8, false) => UInt8Type.Default,
        (16, false) => UInt16Type.Default,
        (32, false) => UInt32Type.Default,
        (64, false) => UInt64Type.Default,
        var (bits, _) => throw Malformed(name, "integers of 8, 16, 32 or 64 bits", $"{bits}"),
    };

    private static TimeType DecodeTime(FlatTable type, string name)
    {
        var unit = Unit(type.Int16(0, 1), name);
        int bits = type.Int32(1, 32);
        bool coarse = unit is TimeUnit.Second or TimeUnit.Millisecond;
        if (bits != (coarse ? 32 : 64))
            throw Malformed(name, $"{(coarse ? 32 : 64)} bits for a time in {unit}s", $"{bits}");
        return coarse ? new Time32Type(unit) : new Time64Type(unit);
    }

    private static TimeUnit Unit(short unit, string name) =>
        unit is >= 0 and <= 3 ? (TimeUnit)unit : throw Malformed(name, "a time unit from 0 to 3", $"{unit}");

    private static int Positive(int value, int maximum, string name, string what) => Within(value, 1, maximum, name, what);

    private static int Within(int value, int minimum, int maximum, string name, string what) =>
        value >= minimum && value <= maximum
            ? value
            : throw Malformed(name, $"a {what} from {minimum} to {maximum}", $"{value}");

    private static InvalidDataException Malformed(string field, string expected, string found) =>
        new($"Arrow schema, field \"{field}\": expected {expected}, found {found}.");
}
