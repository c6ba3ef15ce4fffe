using Apache.Arrow.Arrays;
using Apache.Arrow.Types;

namespace Apache.Arrow;

/// <summary>Makes the typed array for any data.</summary>
public static class ArrowArrayFactory
{
    public static IArrowArray BuildArray(ArrayData data)
    {
        ArgumentNullException.ThrowIfNull(data);
        return data.DataType.TypeId switch
        {
            ArrowTypeId.Null => new NullArray(data),
            ArrowTypeId.Boolean => new BooleanArray(data),
            ArrowTypeId.Int8 => new Int8Array(data),
            ArrowTypeId.Int16 => new Int16Array(data),
            ArrowTypeId.Int32 => new Int32Array(data),
            ArrowTypeId.Int64 => new Int64Array(data),
            ArrowTypeId.UInt8 => new UInt8Array(data),
            ArrowTypeId.UInt16 => new UInt16Array(data),
            ArrowTypeId.UInt32 => new UInt32Array(data),
            ArrowTypeId.UInt64 => new UInt64Array(data),
            ArrowTypeId.HalfFloat => new HalfFloatArray(data),
            ArrowTypeId.Float => new FloatArray(data),
            ArrowTypeId.Double => new DoubleArray(data),
            ArrowTypeId.String => new StringArray(data),
            ArrowTypeId.LargeString => new LargeStringArray(data),
            ArrowTypeId.Binary => new BinaryArray(data),
            ArrowTypeId.LargeBinary => new LargeBinaryArray(data),
            ArrowTypeId.FixedSizedBinary => new FixedSizeBinaryArray(data),
            ArrowTypeId.Decimal128 => new Decimal128Array(data),
            ArrowTypeId.Date32 => new Date32Array(data),
            ArrowTypeId.Date64 => new Date64Array(data),
            ArrowTypeId.Time32 => new Time32Array(data),
            ArrowTypeId.Time64 => new Time64Array(data),
            ArrowTypeId.Timestamp => new TimestampArray(data),
            ArrowTypeId.Duration => new DurationArray(data),
            ArrowTypeId.List => new ListArray(data),
            ArrowTypeId.LargeList => new LargeListArray(data),
            ArrowTypeId.FixedSizeList => new FixedSizeListArray(data),
            ArrowTypeId.Struct => new StructArray(data),
            ArrowTypeId.Dictionary => new DictionaryArray(data),
            _ => throw new NotSupportedException($"Arrays of type {data.DataType.Name} are not supported."),
        };
    }

    public static IArrowArray Slice(IArrowArray array, int offset, int length)
    {
        ArgumentNullException.ThrowIfNull(array);
        return BuildArray(array.Data.Slice(offset, length));
    }
}
