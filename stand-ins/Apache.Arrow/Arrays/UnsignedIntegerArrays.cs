using Apache.Arrow.Types;

namespace Apache.Arrow;

public class UInt8Array : PrimitiveArray<byte>
{
    public UInt8Array(ArrowBuffer valueBuffer, ArrowBuffer nullBitmapBuffer, int length, int nullCount, int offset)
        : this(new ArrayData(
            UInt8Type.Default, length, nullCount, offset, [nullBitmapBuffer, valueBuffer], System.Array.Empty<ArrayData>()))
    {
    }

    public UInt8Array(ArrayData data)
        : base(data) => data.EnsureDataType(ArrowTypeId.UInt8);

    public override void Accept(IArrowArrayVisitor visitor) => Accept(this, visitor);

    public class Builder : PrimitiveArrayBuilder<byte, UInt8Array, Builder>
    {
        protected override UInt8Array Build(
            ArrowBuffer valueBuffer, ArrowBuffer nullBitmapBuffer, int length, int nullCount, int offset) =>
            new(valueBuffer, nullBitmapBuffer, length, nullCount, offset);
    }
}

public class UInt16Array : PrimitiveArray<ushort>
{
    public UInt16Array(ArrowBuffer valueBuffer, ArrowBuffer nullBitmapBuffer, int length, int nullCount, int offset)
        : this(new ArrayData(
            UInt16Type.Default, length, nullCount, offset, [nullBitmapBuffer, valueBuffer], System.Array.Empty<ArrayData>()))
    {
    }

    public UInt16Array(ArrayData data)
        : base(data) => data.EnsureDataType(ArrowTypeId.UInt16);

    public override void Accept(IArrowArrayVisitor visitor) => Accept(this, visitor);

    public class Builder : PrimitiveArrayBuilder<ushort, UInt16Array, Builder>
    {
        protected override UInt16Array Build(
            ArrowBuffer valueBuffer, ArrowBuffer nullBitmapBuffer, int length, int nullCount, int offset) =>
            new(valueBuffer, nullBitmapBuffer, length, nullCount, offset);
    }
}

public class UInt32Array : PrimitiveArray<uint>
{
    public UInt32Array(ArrowBuffer valueBuffer, ArrowBuffer nullBitmapBuffer, int length, int nullCount, int offset)
        : this(new ArrayData(
            UInt32Type.Default, length, nullCount, offset, [nullBitmapBuffer, valueBuffer], System.Array.Empty<ArrayData>()))
    {
    }

    public UInt32Array(ArrayData data)
        : base(data) => data.EnsureDataType(ArrowTypeId.UInt32);

    public override void Accept(IArrowArrayVisitor visitor) => Accept(this, visitor);

    public class Builder : PrimitiveArrayBuilder<uint, UInt32Array, Builder>
    {
        protected override UInt32Array Build(
            ArrowBuffer valueBuffer, ArrowBuffer nullBitmapBuffer, int length, int nullCount, int offset) =>
            new(valueBuffer, nullBitmapBuffer, length, nullCount, offset);
    }
}

public class UInt64Array : PrimitiveArray<ulong>
{
    public UInt64Array(ArrowBuffer valueBuffer, ArrowBuffer nullBitmapBuffer, int length, int nullCount, int offset)
        : this(new ArrayData(
            UInt64Type.Default, length, nullCount, offset, [nullBitmapBuffer, valueBuffer], System.Array.Empty<ArrayData>()))
    {
    }

    public UInt64Array(ArrayData data)
        : base(data) => data.EnsureDataType(ArrowTypeId.UInt64);

    public override void Accept(IArrowArrayVisitor visitor) => Accept(this, visitor);

    public class Builder : PrimitiveArrayBuilder<ulong, UInt64Array, Builder>
    {
        protected override UInt64Array Build(
            ArrowBuffer valueBuffer, ArrowBuffer nullBitmapBuffer, int length, int nullCount, int offset) =>
            new(valueBuffer, nullBitmapBuffer, length, nullCount, offset);
    }
}
