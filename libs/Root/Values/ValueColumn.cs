using System.Runtime.InteropServices;

namespace DaprHep.Root;

/// <summary>
/// One column of a branch's values. Its path says where in an entry's value it stands: "" the entry itself, "[]" the items of a
/// list, "[3]" a fixed array, ".name" a member.
/// </summary>
public sealed class ValueColumn
{
    private readonly PooledArray<byte> _data = new();
    private readonly PooledArray<int> _lengths = new();
    private int _dataBytes;
    private int _lengthCount;

    internal ValueColumn(string path, ColumnKind kind, DataType type, bool approximate = false)
    {
        Path = path;
        Kind = kind;
        Type = type;
        IsApproximate = approximate;
    }

    /// <summary>Where in an entry's value the column stands.</summary>
    public string Path { get; }

    /// <summary>Lengths of lists, numbers, or strings.</summary>
    public ColumnKind Kind { get; }

    /// <summary>Type of the values; <see cref="DataType.Int32"/> for lengths.</summary>
    public DataType Type { get; }

    /// <summary>
    /// True for Double32_t and Float16_t with a range or a cut mantissa: the last bits depend on the order of operations.
    /// </summary>
    public bool IsApproximate { get; }

    /// <summary>Number of lengths, numbers or strings.</summary>
    public int Count => Kind == ColumnKind.Numbers ? _dataBytes / DataTypes.BytesOf(Type) : _lengthCount;

    /// <summary>The numbers as little-endian bytes, or the bytes of all strings; empty for lengths.</summary>
    public ReadOnlySpan<byte> Bytes => _data.Array.AsSpan(0, _dataBytes);

    /// <summary>The lengths of lists (in items) or strings (in bytes).</summary>
    public ReadOnlySpan<int> Lengths => _lengths.Array.AsSpan(0, _lengthCount);

    /// <summary>The numbers.</summary>
    /// <typeparam name="T">The stored type.</typeparam>
    /// <exception cref="ColumnTypeException">The column holds another type.</exception>
    public ReadOnlySpan<T> Values<T>()
        where T : unmanaged
    {
        if (Kind != ColumnKind.Numbers || DataTypes.Of<T>() != Type)
        {
            var stored = Kind == ColumnKind.Numbers ? DataTypes.NameOf(Type) : Kind.ToString();
            throw new ColumnTypeException($"column '{Path}'", stored, DataTypes.NameOf<T>());
        }
        return MemoryMarshal.Cast<byte, T>(Bytes);
    }

    /// <inheritdoc/>
    public override string ToString() => $"'{Path}' {Kind} {DataTypes.NameOf(Type)} × {Count}";

    /// <summary>Gives the buffers back.</summary>
    internal void Release()
    {
        Clear();
        _data.Release();
        _lengths.Release();
    }

    internal void Clear()
    {
        _dataBytes = 0;
        _lengthCount = 0;
    }

    internal void AddLength(int length)
    {
        _lengths.Reserve(_lengthCount + 1, _lengthCount)[_lengthCount] = length;
        _lengthCount++;
    }

    internal void AddLengths(ReadOnlySpan<int> more)
    {
        more.CopyTo(_lengths.Reserve(_lengthCount + more.Length, _lengthCount).AsSpan(_lengthCount));
        _lengthCount += more.Length;
    }

    internal void AddString(ReadOnlySpan<byte> text)
    {
        text.CopyTo(AddBytes(text.Length));
        AddLength(text.Length);
    }

    /// <summary>Room for that many more bytes of numbers or text, to be filled by the caller.</summary>
    internal Span<byte> AddBytes(int count)
    {
        var room = _data.Reserve(checked(_dataBytes + count), _dataBytes).AsSpan(_dataBytes, count);
        _dataBytes += count;
        return room;
    }

    internal void AddNumber<T>(T value)
        where T : unmanaged => MemoryMarshal.Write(AddBytes(DataTypes.BytesOf(Type)), in value);

    /// <summary>An integer counted from the end: 1 is the last.</summary>
    internal long IntegerFromEnd(int back)
    {
        var at = Count - back;
        return Type switch
        {
            DataType.Int8 => MemoryMarshal.Cast<byte, sbyte>(Bytes)[at],
            DataType.UInt8 or DataType.Bool => Bytes[at],
            DataType.Int16 => MemoryMarshal.Cast<byte, short>(Bytes)[at],
            DataType.UInt16 => MemoryMarshal.Cast<byte, ushort>(Bytes)[at],
            DataType.Int32 => MemoryMarshal.Cast<byte, int>(Bytes)[at],
            DataType.UInt32 => MemoryMarshal.Cast<byte, uint>(Bytes)[at],
            DataType.Int64 or DataType.UInt64 => MemoryMarshal.Cast<byte, long>(Bytes)[at],
            _ => -1,
        };
    }
}
