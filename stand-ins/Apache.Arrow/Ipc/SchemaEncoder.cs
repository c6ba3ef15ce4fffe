using Apache.Arrow.FlatBuffers;
using Apache.Arrow.Types;
using F = Apache.Arrow.Ipc.MessageFormat;

namespace Apache.Arrow.Ipc;

/// <summary>Writes the Schema table of a schema message or of a file footer.</summary>
internal static class SchemaEncoder
{
    public static int Encode(FlatBufferWriter writer, Schema schema, ColumnLayout[] columns)
    {
        int metadata = EncodeMetadata(writer, schema.Metadata);
        int fields = EncodeFields(writer, columns);
        writer.BeginTable(F.Schema.Slots);
        writer.Int16(F.Schema.Endianness, 0);
        writer.Reference(F.Schema.Fields, fields);
        writer.Reference(F.Schema.Metadata, metadata);
        return writer.EndTable();
    }

    private static int EncodeFields(FlatBufferWriter writer, ColumnLayout[] columns)
    {
        var tables = new int[columns.Length];
        for (int i = 0; i < columns.Length; i++)
            tables[i] = EncodeField(writer, columns[i]);
        return writer.References(tables);
    }

    private static int EncodeField(FlatBufferWriter writer, ColumnLayout column)
    {
        int metadata = EncodeMetadata(writer, column.Field.Metadata);
        int children = EncodeFields(writer, column.Children);
        int dictionary = column.DictionaryId is { } id ? EncodeDictionary(writer, id, (DictionaryType)column.Field.DataType) : 0;
        var (code, type) = EncodeType(writer, column.ValueType);
        int name = writer.String(column.Field.Name);
        writer.BeginTable(F.Field.Slots);
        writer.Reference(F.Field.Name, name);
        writer.Bool(F.Field.Nullable, column.Field.IsNullable);
        writer.Byte(F.Field.TypeCode, (byte)code);
        writer.Reference(F.Field.Type, type);
        writer.Reference(F.Field.Dictionary, dictionary);
        writer.Reference(F.Field.Children, children);
        writer.Reference(F.Field.Metadata, metadata);
        return writer.EndTable();
    }

    private static int EncodeMetadata(FlatBufferWriter writer, IReadOnlyDictionary<string, string>? metadata)
    {
        if (metadata is not { Count: > 0 })
            return 0;
        var pairs = new List<int>(metadata.Count);
        foreach (var (key, value) in metadata)
        {
            int keyText = writer.String(key);
            int valueText = writer.String(value ?? "");
            writer.BeginTable(F.KeyValue.Slots);
            writer.Reference(F.KeyValue.Key, keyText);
            writer.Reference(F.KeyValue.Value, valueText);
            pairs.Add(writer.EndTable());
        }

        return writer.References(pairs.ToArray());
    }

    private static int EncodeDictionary(FlatBufferWriter writer, long id, DictionaryType type)
    {
        var (_, index) = EncodeType(writer, type.IndexType);
        writer.BeginTable(F.DictionaryEncoding.Slots);
        writer.Int64(F.DictionaryEncoding.Id, id);
        writer.Reference(F.DictionaryEncoding.IndexType, index);
        writer.Bool(F.DictionaryEncoding.Ordered, type.Ordered);
        return writer.EndTable();
    }

    private static (F.TypeCode Code, int Table) EncodeType(FlatBufferWriter writer, IArrowType type)
    {
        int zone = type is TimestampType { Timezone: { } text } ? writer.String(text) : 0;
        writer.BeginTable(3);
        var code = EncodeTypeFields(writer, type, zone);
        return (code, writer.EndTable());
    }

    private static F.TypeCode EncodeTypeFields(FlatBufferWriter writer, IArrowType type, int zone)
    {
        switch (type)
        {
            case NullType:
                return F.TypeCode.Null;
            case BooleanType:
                return F.TypeCode.Bool;
            case IntegerType integer:
                writer.Int32(0, integer.BitWidth);
                writer.Bool(1, integer.IsSigned);
                return F.TypeCode.Int;
            case FloatingPointType floating:
                writer.Int16(0, (short)floating.Precision);
                return F.TypeCode.FloatingPoint;
            case BinaryType:
                return F.TypeCode.Binary;
            case LargeBinaryType:
                return F.TypeCode.LargeBinary;
            case StringType:
                return F.TypeCode.Utf8;
            case LargeStringType:
                return F.TypeCode.LargeUtf8;
            case Decimal128Type number:
                writer.Int32(0, number.Precision);
                writer.Int32(1, number.Scale);
                writer.Int32(2, 128);
                return F.TypeCode.Decimal;
            case FixedSizeBinaryType binary:
                writer.Int32(0, binary.ByteWidth);
                return F.TypeCode.FixedSizeBinary;
            case DateType date:
                writer.Int16(0, (short)date.Unit);
                return F.TypeCode.Date;
            case TimeType time:
                writer.Int16(0, (short)time.Unit);
                writer.Int32(1, time.BitWidth);
                return F.TypeCode.Time;
            case TimestampType timestamp:
                writer.Int16(0, (short)timestamp.Unit);
                writer.Reference(1, zone);
                return F.TypeCode.Timestamp;
            case DurationType duration:
                writer.Int16(0, (short)duration.Unit);
                return F.TypeCode.Duration;
            case ListType:
                return F.TypeCode.List;
            case LargeListType:
                return F.TypeCode.LargeList;
            case FixedSizeListType list:
                writer.Int32(0, list.ListSize);
                return F.TypeCode.FixedSizeList;
            case StructType:
                return F.TypeCode.Struct;
            default:
                throw new NotSupportedException($"Arrow type {type.Name} cannot be written.");
        }
    }
}
