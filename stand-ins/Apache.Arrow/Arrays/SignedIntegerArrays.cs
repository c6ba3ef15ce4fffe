using Apache.Arrow.Types;

namespace Apache.Arrow;

public class Int8Array : PrimitiveArray<sbyte>
{
    public Int8Array(ArrowBuffer valueBuffer, ArrowBuffer nullBitmapBuffer, int length, int nullCount, int offset)
        : this(new ArrayData(Int8Type.Default, length, nullCount, offset, [nullBitmapBuffer, valueBuffer], System.Array.Empty<ArrayData>()))
    {
    }

    public Int8Array(ArrayData data)
        : base(data) => data.EnsureDataType(ArrowTypeId.Int8);

    public override void Accept(IArrowArrayVisitor visitor) => Accept(this, visitor);

    public class Builder : PrimitiveArrayBuilder<sbyte, Int8Array, Builder>
    {
        protected override Int8Array Build(
            ArrowBuffer valueBuffer, ArrowBuffer nullBitmapBuffer, int length, int nullCount, int offset) =>
            new(valueBuffer, nullBitmapBuffer, length, nullCount, offset);
    }
}

public class Int16Array : PrimitiveArray<short>
{
    public Int16Array(ArrowBuffer valueBuffer, ArrowBuffer nullBitmapBuffer, int length, int nullCount, int offset)
        : this(new ArrayData(
            Int16Type.Default, length, nullCount, offset, [nullBitmapBuffer, valueBuffer], System.Array.Empty<ArrayData>()))
    {
    }

    public Int16Array(ArrayData data)
        : base(data) => data.EnsureDataType(ArrowTypeId.Int16);

    public override void Accept(IArrowArrayVisitor visitor) => Accept(this, visitor);

    public class Builder : PrimitiveArrayBuilder<short, Int16Array, Builder>
    {
        protected override Int16Array Build(
            ArrowBuffer valueBuffer, ArrowBuffer nullBitmapBuffer, int length, int nullCount, int offset) =>
            new(valueBuffer, nullBitmapBuffer, length, nullCount, offset);
    }
}

public class Int32Array : PrimitiveArray<int>
{
    public Int32Array(ArrowBuffer valueBuffer, ArrowBuffer nullBitmapBuffer, int length, int nullCount, int offset)
        : this(new ArrayData(
            Int32Type.Default, length, nullCount, offset, [nullBitmapBuffer, valueBuffer], System.Array.Empty<ArrayData>()))
    {
    }

    public Int32Array(ArrayData data)
        : base(data) => data.EnsureDataType(ArrowTypeId.Int32);

    public override void Accept(IArrowArrayVisitor visitor) => Accept(this, visitor);

    public class Builder : PrimitiveArrayBuilder<int, Int32Array, Builder>
    {
        protected override Int32Array Build(
            ArrowBuffer valueBuffer, ArrowBuffer nullBitmapBuffer, int length, int nullCount, int offset) =>
            new(valueBuffer, nullBitmapBuffer, length, nullCount, offset);
    }
}

public class Int64Array : PrimitiveArray<long>
{
    public Int64Array(ArrowBuffer valueBuffer, ArrowBuffer nullBitmapBuffer, int length, int nullCount, int offset)
        : this(new ArrayData(
            Int64Type.Default, length, nullCount, offset, [nullBitmapBuffer, valueBuffer], System.Array.Empty<ArrayData>()))
    {
    }

    public Int64Array(ArrayData data)
        : base(data) => data.EnsureDataType(ArrowTypeId.Int64);

    public override void Accept(IArrowArrayVisitor visitor) => Accept(this, visitor);

    public class Builder : PrimitiveArrayBuilder<long, Int64Array, Builder>
    {
        protected override Int64Array Build(
            ArrowBuffer valueBuffer, ArrowBuffer nullBitmapBuffer, int length, int nullCount, int offset) =>
            new(valueBuffer, nullBitmapBuffer, length, nullCount, offset);
    }
}
