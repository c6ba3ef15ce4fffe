using System.Collections;
using Apache.Arrow.Memory;
using Apache.Arrow.Types;

namespace Apache.Arrow;

/// <summary>Booleans, one bit each.</summary>
public class BooleanArray : Array, IReadOnlyList<bool?>
{
    public BooleanArray(ArrowBuffer valueBuffer, ArrowBuffer nullBitmapBuffer, int length, int nullCount, int offset)
        : this(new ArrayData(
            BooleanType.Default, length, nullCount, offset, [nullBitmapBuffer, valueBuffer], System.Array.Empty<ArrayData>()))
    {
    }

    public BooleanArray(ArrayData data)
        : base(data)
    {
        data.EnsureDataType(ArrowTypeId.Boolean);
        data.EnsureBufferCount(2);
    }

    public ArrowBuffer ValueBuffer => Data.Buffers[1];

    /// <summary>The bits from the beginning of the buffer, whatever the offset.</summary>
    public ReadOnlySpan<byte> Values => ValueBuffer.Span[..BitUtility.ByteCount(Length)];

    int IReadOnlyCollection<bool?>.Count => Length;

    bool? IReadOnlyList<bool?>.this[int index] => GetValue(index);

    public override void Accept(IArrowArrayVisitor visitor) => Accept(this, visitor);

    public bool? GetValue(int index)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(index);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(index, Length);
        return IsNull(index) ? null : BitUtility.GetBit(ValueBuffer.Span, index + Offset);
    }

    IEnumerator<bool?> IEnumerable<bool?>.GetEnumerator()
    {
        for (int i = 0; i < Length; i++)
            yield return GetValue(i);
    }

    IEnumerator IEnumerable.GetEnumerator() => ((IEnumerable<bool?>)this).GetEnumerator();

    public class Builder : IArrowArrayBuilder<bool, BooleanArray, Builder>
    {
        private readonly ArrowBuffer.BitmapBuilder _values = new();
        private readonly ArrowBuffer.BitmapBuilder _validity = new();

        public int Length => _values.Length;

        public int Capacity => _values.Capacity;

        public int NullCount => _validity.UnsetBitCount;

        public Builder Append(bool value) => NullableAppend(value);

        public Builder NullableAppend(bool? value)
        {
            _values.Append(value ?? false);
            _validity.Append(value.HasValue);
            return this;
        }

        public Builder Append(ReadOnlySpan<bool> span)
        {
            foreach (bool value in span)
                Append(value);
            return this;
        }

        public Builder AppendRange(IEnumerable<bool> values)
        {
            ArgumentNullException.ThrowIfNull(values);
            foreach (bool value in values)
                Append(value);
            return this;
        }

        public Builder AppendNull() => NullableAppend(null);

        public BooleanArray Build(MemoryAllocator? allocator = default)
        {
            var bitmap = NullCount > 0 ? _validity.Build(allocator) : ArrowBuffer.Empty;
            return new BooleanArray(_values.Build(allocator), bitmap, Length, NullCount, 0);
        }

        public Builder Clear()
        {
            _values.Clear();
            _validity.Clear();
            return this;
        }

        public Builder Reserve(int capacity)
        {
            _values.Reserve(capacity);
            _validity.Reserve(capacity);
            return this;
        }

        public Builder Resize(int length)
        {
            _values.Resize(length);
            _validity.Resize(length);
            return this;
        }

        public Builder Set(int index, bool value)
        {
            _values.Set(index, value);
            _validity.Set(index, true);
            return this;
        }

        public Builder Swap(int i, int j)
        {
            _values.Swap(i, j);
            _validity.Swap(i, j);
            return this;
        }
    }
}
