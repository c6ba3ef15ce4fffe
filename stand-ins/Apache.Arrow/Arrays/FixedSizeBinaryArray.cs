using System.Collections;
using Apache.Arrow.Types;

namespace Apache.Arrow.Arrays;

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
