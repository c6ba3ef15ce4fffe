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
        private readonly FixedSizeListType _dataType;
        private readonly ArrowBuffer.BitmapBuilder _validity = new();

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
            _dataType = dataType;
            ValueBuilder = ArrowArrayBuilderFactory.Build(dataType.ValueDataType);
        }

        public IArrowArrayBuilder<IArrowArray, IArrowArrayBuilder<IArrowArray>> ValueBuilder { get; }

        public int Length => _validity.Length;

        public int NullCount => _validity.UnsetBitCount;

        public Builder Append()
        {
            CheckValues();
            _validity.Append(true);
            return this;
        }

        /// <summary>A null list; its values are appended as nulls too.</summary>
        public Builder AppendNull()
        {
            CheckValues();
            _validity.Append(false);
            for (int i = 0; i < _dataType.ListSize; i++)
                ValueBuilder.AppendNull();
            return this;
        }

        public FixedSizeListArray Build(MemoryAllocator? allocator = default)
        {
            CheckValues();
            var bitmap = NullCount > 0 ? _validity.Build(allocator) : ArrowBuffer.Empty;
            return new FixedSizeListArray(_dataType, Length, ValueBuilder.Build(allocator), bitmap, NullCount);
        }

        public Builder Reserve(int capacity)
        {
            _validity.Reserve(capacity);
            ValueBuilder.Reserve(checked(capacity * _dataType.ListSize));
            return this;
        }

        public Builder Resize(int length)
        {
            CheckValues();
            _validity.Resize(length);
            ValueBuilder.Resize(checked(length * _dataType.ListSize));
            return this;
        }

        public Builder Clear()
        {
            _validity.Clear();
            ValueBuilder.Clear();
            return this;
        }

        private void CheckValues()
        {
            long expected = (long)Length * _dataType.ListSize;
            if (ValueBuilder.Length != expected)
            {
                long found = ValueBuilder.Length - expected + _dataType.ListSize;
                throw new ArgumentOutOfRangeException($"Lists of length: {found} do not conform to the fixed size: {_dataType.ListSize}");
            }
        }
    }
}
