using Apache.Arrow.Memory;
using Apache.Arrow.Types;

namespace Apache.Arrow;

/// <summary>Lists of one length; the values lie one list after the other, without offsets.</summary>
public class FixedSizeListArray : Array
{
    public FixedSizeListArray(
        IArrowType dataType,
        int length,
        IArrowArray values,
        ArrowBuffer nullBitmapBuffer,
        int nullCount = 0,
        int offset = 0)
        : this(new ArrayData(dataType, length, nullCount, offset, [nullBitmapBuffer], [values.Data]), values)
    {
    }

    public FixedSizeListArray(ArrayData data)
        : this(data, null)
    {
    }

    private FixedSizeListArray(ArrayData data, IArrowArray? values)
        : base(data)
    {
        data.EnsureDataType(ArrowTypeId.FixedSizeList);
        data.EnsureBufferCount(1);
        data.EnsureChildCount(1);
        Values = values ?? ArrowArrayFactory.BuildArray(data.Children[0]);
    }

    /// <summary>The values of all lists; not moved by the array's own offset.</summary>
    public IArrowArray Values { get; }

    public override void Accept(IArrowArrayVisitor visitor) => Accept(this, visitor);

    /// <summary>A view of one list, or null.</summary>
    public IArrowArray? GetSlicedValues(int index)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(index);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(index, Length);
        int size = ((FixedSizeListType)Data.DataType).ListSize;
        return IsNull(index) ? null : ArrowArrayFactory.Slice(Values, checked((Offset + index) * size), size);
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
            Values.Dispose();
        base.Dispose(disposing);
    }

    /// <summary>Begin a list with <see cref="Append"/>, then append exactly its values to <see cref="ValueBuilder"/>.</summary>
    public class Builder : IArrowArrayBuilder<FixedSizeListArray, Builder>
    {
        private readonly FixedSizeListType dataType;
        private readonly ArrowBuffer.BitmapBuilder validity = new();

        public Builder(IArrowType valueDataType, int listSize)
            : this(new FixedSizeListType(valueDataType, listSize))
        {
        }

        public Builder(Field valueField, int listSize)
            : this(new FixedSizeListType(valueField, listSize))
        {
        }

        internal Builder(FixedSizeListType dataType)
        {
            this.dataType = dataType;
            ValueBuilder = ArrowArrayBuilderFactory.Build(dataType.ValueDataType);
        }

        public IArrowArrayBuilder<IArrowArray, IArrowArrayBuilder<IArrowArray>> ValueBuilder { get; }

        public int Length => validity.Length;

        public int NullCount => validity.UnsetBitCount;

        public Builder Append()
        {
            CheckValues();
            validity.Append(true);
            return this;
        }

        /// <summary>A null list; its values are appended as nulls too.</summary>
        public Builder AppendNull()
        {
            CheckValues();
            validity.Append(false);
            for (int i = 0; i < dataType.ListSize; i++)
                ValueBuilder.AppendNull();
            return this;
        }

        public FixedSizeListArray Build(MemoryAllocator? allocator = default)
        {
            CheckValues();
            var bitmap = NullCount > 0 ? validity.Build(allocator) : ArrowBuffer.Empty;
            return new FixedSizeListArray(dataType, Length, ValueBuilder.Build(allocator), bitmap, NullCount);
        }

        public Builder Reserve(int capacity)
        {
            validity.Reserve(capacity);
            ValueBuilder.Reserve(checked(capacity * dataType.ListSize));
            return this;
        }

        public Builder Resize(int length)
        {
            CheckValues();
            validity.Resize(length);
            ValueBuilder.Resize(checked(length * dataType.ListSize));
            return this;
        }

        public Builder Clear()
        {
            validity.Clear();
            ValueBuilder.Clear();
            return this;
        }

        private void CheckValues()
        {
            long expected = (long)Length * dataType.ListSize;
            if (ValueBuilder.Length != expected)
            {
                long found = ValueBuilder.Length - expected + dataType.ListSize;
                throw new ArgumentOutOfRangeException($"Lists of length: {found} do not conform to the fixed size: {dataType.ListSize}");
            }
        }
    }
}
