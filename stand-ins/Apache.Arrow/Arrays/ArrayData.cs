using Apache.Arrow.Types;

namespace Apache.Arrow;

/// <summary>What an array is made of: type, length, offset into the buffers, buffers, children and dictionary.</summary>
public sealed class ArrayData : IDisposable
{
    public readonly IArrowType DataType;
    public readonly int Length;

    /// <summary>Nulls among the values; −1 when not counted yet (<see cref="GetNullCount"/> counts).</summary>
    public int NullCount;

    public readonly int Offset;
    public readonly ArrowBuffer[] Buffers;
    public readonly ArrayData[] Children;

    /// <summary>The values that the indices of a dictionary array refer to; null in any other array.</summary>
    public readonly ArrayData? Dictionary;

    public ArrayData(
        IArrowType dataType,
        int length,
        int nullCount = 0,
        int offset = 0,
        IEnumerable<ArrowBuffer>? buffers = null,
        IEnumerable<ArrayData>? children = null,
        ArrayData? dictionary = null)
        : this(dataType, length, nullCount, offset, buffers?.ToArray(), children?.ToArray(), dictionary)
    {
    }

    public ArrayData(
        IArrowType dataType,
        int length,
        int nullCount = 0,
        int offset = 0,
        ArrowBuffer[]? buffers = null,
        ArrayData[]? children = null,
        ArrayData? dictionary = null)
    {
        DataType = dataType ?? NullType.Default;
        Length = length;
        NullCount = nullCount;
        Offset = offset;
        Buffers = buffers!;
        Children = children!;
        Dictionary = dictionary;
    }

    public int GetNullCount()
    {
        if (NullCount < 0)
        {
            NullCount = Buffers is null || Buffers.Length == 0 || Buffers[0].IsEmpty
                ? 0
                : Length - BitUtility.CountBits(Buffers[0].Span, Offset, Length);
        }

        return NullCount;
    }

    /// <summary>A view of values from <paramref name="offset"/> on, at most <paramref name="length"/> of them; nothing is copied.</summary>
    public ArrayData Slice(int offset, int length)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(offset);
        ArgumentOutOfRangeException.ThrowIfNegative(length);
        if (offset > Length)
            throw new ArgumentException($"Offset {offset} cannot be greater than the length {Length} of the array.", nameof(offset));
        length = Math.Min(Length - offset, length);
        int nulls = NullCount == 0 ? 0 : NullCount == Length ? length : -1;
        return new ArrayData(DataType, length, nulls, Offset + offset, Buffers, Children, Dictionary);
    }

    public void Dispose()
    {
        foreach (var buffer in Buffers ?? [])
            buffer.Dispose();
        foreach (var child in Children ?? [])
            child?.Dispose();
        Dictionary?.Dispose();
    }

    internal void EnsureDataType(ArrowTypeId expected)
    {
        if (DataType.TypeId != expected)
            throw new ArgumentException($"Specified array type <{DataType.TypeId}> does not match expected type(s) <{expected}>.");
    }

    internal void EnsureBufferCount(int count)
    {
        if (Buffers is null || Buffers.Length != count)
            throw new ArgumentException($"An array of type {DataType.Name} has {count} buffers, but {Buffers?.Length ?? 0} are given.");
    }

    internal void EnsureChildCount(int count)
    {
        if (Children is null || Children.Length != count)
            throw new ArgumentException($"An array of type {DataType.Name} has {count} children, but {Children?.Length ?? 0} are given.");
    }
}
