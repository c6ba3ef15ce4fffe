using System.Collections;
using System.Numerics;
using Apache.Arrow.Types;

namespace Apache.Arrow;

/// <summary>Byte strings of one length.</summary>
public class FixedSizeBinaryArray : Array, IReadOnlyList<byte[]?>
{
    public FixedSizeBinaryArray(ArrayData data)
        : this(ArrowTypeId.FixedSizedBinary, data)
    {
    }

    public FixedSizeBinaryArray(ArrowTypeId typeId, ArrayData data)
        : base(data)
    {
        data.EnsureDataType(typeId);
        data.EnsureBufferCount(2);
    }

    public ArrowBuffer ValueBuffer => Data.Buffers[1];

    int IReadOnlyCollection<byte[]?>.Count => Length;

    byte[]? IReadOnlyList<byte[]?>.this[int index] => IsNull(index) ? null : GetBytes(index).ToArray();

    public override void Accept(IArrowArrayVisitor visitor) => Accept(this, visitor);

    /// <summary>A view of one value, empty for null.</summary>
    public ReadOnlySpan<byte> GetBytes(int index)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(index);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(index, Length);
        int width = ((FixedSizeBinaryType)Data.DataType).ByteWidth;
        return IsNull(index) ? default : ValueBuffer.Span.Slice(checked((Offset + index) * width), width);
    }

    IEnumerator<byte[]?> IEnumerable<byte[]?>.GetEnumerator()
    {
        for (int i = 0; i < Length; i++)
            yield return ((IReadOnlyList<byte[]?>)this)[i];
    }

    IEnumerator IEnumerable.GetEnumerator() => ((IEnumerable<byte[]?>)this).GetEnumerator();
}

/// <summary>Decimals of at most 38 digits.</summary>
public class Decimal128Array : FixedSizeBinaryArray
{
    public Decimal128Array(ArrayData data)
        : base(ArrowTypeId.Decimal128, data)
    {
    }

    public int Scale => ((Decimal128Type)Data.DataType).Scale;

    public int Precision => ((Decimal128Type)Data.DataType).Precision;

    public int ByteWidth => ((Decimal128Type)Data.DataType).ByteWidth;

    public override void Accept(IArrowArrayVisitor visitor) => Accept(this, visitor);

    /// <exception cref="OverflowException">The value needs more digits than a .NET decimal has.</exception>
    public decimal? GetValue(int index)
    {
        if (IsNull(index))
            return null;
        decimal value = (decimal)new BigInteger(GetBytes(index));
        for (int digit = 0; digit < Scale; digit++)
            value /= 10m;
        for (int digit = 0; digit > Scale; digit--)
            value *= 10m;
        return value;
    }
}
