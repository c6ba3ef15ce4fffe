using Apache.Arrow.Types;

namespace Apache.Arrow;

/// <summary>The builder for the values of a list.</summary>
internal static class ArrowArrayBuilderFactory
{
    public static IArrowArrayBuilder<IArrowArray, IArrowArrayBuilder<IArrowArray>> Build(IArrowType type) => type switch
    {
        NullType => new NullArray.Builder(),
        BooleanType => new BooleanArray.Builder(),
        Int8Type => new Int8Array.Builder(),
        Int16Type => new Int16Array.Builder(),
        Int32Type => new Int32Array.Builder(),
        Int64Type => new Int64Array.Builder(),
        UInt8Type => new UInt8Array.Builder(),
        UInt16Type => new UInt16Array.Builder(),
        UInt32Type => new UInt32Array.Builder(),
        UInt64Type => new UInt64Array.Builder(),
        HalfFloatType => new HalfFloatArray.Builder(),
        FloatType => new FloatArray.Builder(),
        DoubleType => new DoubleArray.Builder(),
        StringType => new StringArray.Builder(),
        LargeStringType => new LargeStringArray.Builder(),
        BinaryType => new BinaryArray.Builder(),
        LargeBinaryType => new LargeBinaryArray.Builder(),
        ListType list => new ListArray.Builder(list),
        LargeListType list => new LargeListArray.Builder(list),
        FixedSizeListType list => new FixedSizeListArray.Builder(list),
        _ => throw new NotSupportedException($"There is no builder for arrays of type {type.Name}."),
    };
}
