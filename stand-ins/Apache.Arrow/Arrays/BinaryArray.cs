using System.Collections;
using System.Runtime.InteropServices;
using Apache.Arrow.Memory;
using Apache.Arrow.Types;

namespace Apache.Arrow;

/// <summary>Byte strings of varying length, with 32-bit offsets.</summary>
public class BinaryArray : Array, IReadOnlyList<byte[]?>
{
    public BinaryArray(ArrayData data)
        : this(ArrowTypeId.Binary, data)
    {
    }

    public BinaryArray(ArrowTypeId typeId, ArrayData data)
        : base(data)
    {
        data.EnsureDataType(typeId);
        data.EnsureBufferCount(3);
    }

    public BinaryArray(
        IArrowType dataType,
        int length,
        ArrowBuffer valueOffsetsBuffer,
        ArrowBuffer dataBuffer,
        ArrowBuffer nullBitmapBuffer,
        int nullCount = 0,
        int offset = 0)
        : this(dataType.TypeId, new ArrayData(
            dataType, length, nullCount, offset, [nullBitmapBuffer, valueOffsetsBuffer, dataBuffer], System.Array.Empty<ArrayData>()))
    {
    }

    public ArrowBuffer ValueOffsetsBuffer => Data.Buffers[1];

    public ArrowBuffer ValueBuffer => Data.Buffers[2];

    /// <summary>Where each value begins in <see cref="ValueBuffer"/>; one more than there are values.</summary>
    public ReadOnlySpan<int> ValueOffsets => MemoryMarshal.Cast<byte, int>(ValueOffsetsBuffer.Span).Slice(Offset, Length + 1);

    public ReadOnlySpan<byte> Values => ValueBuffer.Span;

    int IReadOnlyCollection<byte[]?>.Count => Length;

    byte[]? IReadOnlyList<byte[]?>.this[int index] => GetBytes(index, out bool isNull) is var bytes && isNull ? null : bytes.ToArray();

    public override void Accept(IArrowArrayVisitor visitor) => Accept(this, visitor);

    /// <summary>Bytes in a value; 0 for null.</summary>
    public int GetValueLength(int index)
    {
        CheckIndex(index);
        if (!IsValid(index))
            return 0;
        var offsets = ValueOffsets;
        return offsets[index + 1] - offsets[index];
    }

    /// <summary>A view of one value, empty for null.</summary>
    public ReadOnlySpan<byte> GetBytes(int index) => GetBytes(index, out _);

    /// <summary>A view of one value, empty for null.</summary>
    public ReadOnlySpan<byte> GetBytes(int index, out bool isNull)
    {
        CheckIndex(index);
        isNull = IsNull(index);
        return isNull ? default : ValueBuffer.Span.Slice(ValueOffsets[index], GetValueLength(index));
    }

    IEnumerator<byte[]?> IEnumerable<byte[]?>.GetEnumerator()
    {
        for (int i = 0; i < Length; i++)
            yield return ((IReadOnlyList<byte[]?>)this)[i];
    }

    IEnumerator IEnumerable.GetEnumerator() => ((IEnumerable<byte[]?>)this).GetEnumerator();

    private void CheckIndex(int index)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(index);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(index, Length);
    }

    public class Builder : BuilderBase<BinaryArray, Builder>
    {
        public Builder()
            : base(BinaryType.Default)
        {
        }

        public Builder(IArrowType dataType)
            : base(dataType)
        {
        }

        protected override BinaryArray Build(ArrayData data) => new(data);
    }

    public abstract class BuilderBase<TArray, TBuilder> : IArrowArrayBuilder<TArray, TBuilder>
        where TArray : IArrowArray
        where TBuilder : class, IArrowArrayBuilder<TArray>
    {
        protected BuilderBase(IArrowType dataType)
        {
            DataType = dataType;
            ValueOffsets.Append(0);
        }

        public int Length => ValueOffsets.Length - 1;

        protected IArrowType DataType { get; }

        protected TBuilder Instance => (this as TBuilder)!;

        protected ArrowBuffer.Builder<int> ValueOffsets { get; } = new();

        protected ArrowBuffer.Builder<byte> ValueBuffer { get; } = new();

        protected ArrowBuffer.BitmapBuilder ValidityBuffer { get; } = new();

        public TArray Build(MemoryAllocator? allocator = default)
        {
            int nulls = ValidityBuffer.UnsetBitCount;
            var validity = nulls > 0 ? ValidityBuffer.Build(allocator) : ArrowBuffer.Empty;
            return Build(new ArrayData(
                DataType,
                Length,
                nulls,
                0,
                [validity, ValueOffsets.Build(allocator), ValueBuffer.Build(allocator)],
                System.Array.Empty<ArrayData>()));
        }

        public TBuilder Append(ReadOnlySpan<byte> span)
        {
            ValueBuffer.Append(span);
            return EndValue(true);
        }

        public TBuilder Append(IEnumerable<byte>? value)
        {
            if (value is null)
                return AppendNull();
            ValueBuffer.AppendRange(value);
            return EndValue(true);
        }

        public TBuilder AppendNull() => EndValue(false);

        public TBuilder Reserve(int capacity)
        {
            ValueOffsets.Reserve(capacity);
            ValidityBuffer.Reserve(capacity);
            return Instance;
        }

        /// <summary>Sets the number of values; new ones are empty.</summary>
        public TBuilder Resize(int length)
        {
            while (Length < length)
                EndValue(true);
            ValueOffsets.Resize(length + 1);
            ValidityBuffer.Resize(length);
            ValueBuffer.Resize(checked((int)ValueOffsets.Span[length]));
            return Instance;
        }

        public TBuilder Clear()
        {
            ValueOffsets.Clear().Append(0);
            ValueBuffer.Clear();
            ValidityBuffer.Clear();
            return Instance;
        }

        protected abstract TArray Build(ArrayData data);

        private TBuilder EndValue(bool valid)
        {
            ValueOffsets.Append(ValueBuffer.Length);
            ValidityBuffer.Append(valid);
            return Instance;
        }
    }
}
