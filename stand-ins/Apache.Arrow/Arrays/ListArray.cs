using System.Runtime.InteropServices;
using Apache.Arrow.Memory;
using Apache.Arrow.Types;

namespace Apache.Arrow;

/// <summary>Lists of varying length, with 32-bit offsets into one array of values.</summary>
public class ListArray : Array
{
    public ListArray(
        IArrowType dataType,
        int length,
        ArrowBuffer valueOffsetsBuffer,
        IArrowArray values,
        ArrowBuffer nullBitmapBuffer,
        int nullCount = 0,
        int offset = 0)
        : this(new ArrayData(dataType, length, nullCount, offset, [nullBitmapBuffer, valueOffsetsBuffer], [values.Data]), values)
    {
    }

    public ListArray(ArrayData data)
        : this(data, null)
    {
    }

    private ListArray(ArrayData data, IArrowArray? values)
        : base(data)
    {
        data.EnsureDataType(ArrowTypeId.List);
        data.EnsureBufferCount(2);
        data.EnsureChildCount(1);
        Values = values ?? ArrowArrayFactory.BuildArray(data.Children[0]);
    }

    /// <summary>The values of all lists, one after the other; not moved by the array's own offset.</summary>
    public IArrowArray Values { get; }

    public ArrowBuffer ValueOffsetsBuffer => Data.Buffers[1];

    /// <summary>Where each list begins in <see cref="Values"/>; one more than there are lists.</summary>
    public ReadOnlySpan<int> ValueOffsets => MemoryMarshal.Cast<byte, int>(ValueOffsetsBuffer.Span).Slice(Offset, Length + 1);

    public override void Accept(IArrowArrayVisitor visitor) => Accept(this, visitor);

    /// <summary>Values in a list; 0 for null.</summary>
    public int GetValueLength(int index)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(index);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(index, Length);
        if (IsNull(index))
            return 0;
        var offsets = ValueOffsets;
        return offsets[index + 1] - offsets[index];
    }

    /// <summary>A view of one list, or null.</summary>
    public IArrowArray? GetSlicedValues(int index)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(index);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(index, Length);
        return IsNull(index)
            ? null
            : ArrowArrayFactory.Slice(Values, ValueOffsets[index], GetValueLength(index));
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
            Values.Dispose();
        base.Dispose(disposing);
    }

    /// <summary>Begin a list with <see cref="Append"/>, then append its values to <see cref="ValueBuilder"/>.</summary>
    public class Builder : IArrowArrayBuilder<ListArray, Builder>
    {
        private readonly ListType _dataType;
        private readonly ArrowBuffer.Builder<int> _offsets = new();
        private readonly ArrowBuffer.BitmapBuilder _validity = new();

        public Builder(IArrowType valueDataType)
            : this(new ListType(valueDataType))
        {
        }

        public Builder(Field valueField)
            : this(new ListType(valueField))
        {
        }

        internal Builder(ListType dataType)
        {
            _dataType = dataType;
            ValueBuilder = ArrowArrayBuilderFactory.Build(dataType.ValueDataType);
        }

        public IArrowArrayBuilder<IArrowArray, IArrowArrayBuilder<IArrowArray>> ValueBuilder { get; }

        public int Length => _offsets.Length;

        public int NullCount => _validity.UnsetBitCount;

        public Builder Append() => Begin(true);

        public Builder AppendNull() => Begin(false);

        public ListArray Build(MemoryAllocator? allocator = default)
        {
            _offsets.Append(ValueBuilder.Length);
            var bitmap = NullCount > 0 ? _validity.Build(allocator) : ArrowBuffer.Empty;
            var array = new ListArray(
                _dataType, Length - 1, _offsets.Build(allocator), ValueBuilder.Build(allocator), bitmap, NullCount);
            _offsets.Resize(Length - 1);
            return array;
        }

        public Builder Reserve(int capacity)
        {
            _offsets.Reserve(capacity + 1);
            _validity.Reserve(capacity);
            return this;
        }

        public Builder Resize(int length)
        {
            _offsets.Resize(length);
            _validity.Resize(length);
            return this;
        }

        public Builder Clear()
        {
            _offsets.Clear();
            _validity.Clear();
            ValueBuilder.Clear();
            return this;
        }

        private Builder Begin(bool valid)
        {
            _offsets.Append(ValueBuilder.Length);
            _validity.Append(valid);
            return this;
        }
    }
}
