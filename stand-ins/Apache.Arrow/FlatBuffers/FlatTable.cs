using System.Buffers.Binary;
using System.Text;

namespace Apache.Arrow.FlatBuffers;

/// <summary>
/// Reads one table of a FlatBuffer (https://flatbuffers.dev/internals/). Every position is checked against the buffer, so that any
/// bytes whatever either read as something or throw <see cref="InvalidDataException"/>.
/// </summary>
internal readonly ref struct FlatTable
{
    private readonly ReadOnlySpan<byte> _bytes;
    private readonly int _table;
    private readonly int _vtable;
    private readonly int _vtableLength;

    private FlatTable(ReadOnlySpan<byte> bytes, int table)
    {
        _bytes = bytes;
        _table = table;
        _vtable = Checked(bytes, (long)table - ReadInt32(bytes, table), 4);
        _vtableLength = BinaryPrimitives.ReadUInt16LittleEndian(bytes[_vtable..]);
        if (_vtableLength < 4 || _vtableLength > bytes.Length - _vtable)
            throw Malformed(_vtable, $"a vtable of 4 to {bytes.Length - _vtable} bytes", $"{_vtableLength} bytes");
    }

    /// <summary>The table a FlatBuffer begins with.</summary>
    public static FlatTable Root(ReadOnlySpan<byte> bytes) => new(bytes, FollowOffset(bytes, 0));

    public byte Byte(int slot, byte otherwise = 0) => TryField(slot, 1, out int at) ? _bytes[at] : otherwise;

    public bool Bool(int slot) => Byte(slot) != 0;

    public short Int16(int slot, short otherwise = 0) =>
        TryField(slot, 2, out int at) ? BinaryPrimitives.ReadInt16LittleEndian(_bytes[at..]) : otherwise;

    public int Int32(int slot, int otherwise = 0) => TryField(slot, 4, out int at) ? ReadInt32(_bytes, at) : otherwise;

    public long Int64(int slot, long otherwise = 0) =>
        TryField(slot, 8, out int at) ? BinaryPrimitives.ReadInt64LittleEndian(_bytes[at..]) : otherwise;

    public bool TryTable(int slot, out FlatTable value)
    {
        if (TryField(slot, 4, out int at))
        {
            value = new FlatTable(_bytes, FollowOffset(_bytes, at));
            return true;
        }

        value = default;
        return false;
    }

    /// <exception cref="InvalidDataException">The table has no such field.</exception>
    public FlatTable Table(int slot, string name) =>
        TryTable(slot, out var value) ? value : throw Malformed(_table, $"a {name} table", "none");

    /// <summary>A string, or null when the table has none; its length is taken off <paramref name="budget"/>.</summary>
    public string? String(int slot, DecodingBudget budget)
    {
        if (!TryField(slot, 4, out int at))
            return null;
        int start = FollowOffset(_bytes, at);
        int length = ReadInt32(_bytes, start);
        if (length < 0 || length > _bytes.Length - start - 4)
            throw Malformed(start, $"a string of at most {_bytes.Length - start - 4} bytes", $"{length} bytes");
        budget.TakeText(length);
        return Encoding.UTF8.GetString(_bytes.Slice(start + 4, length));
    }

    /// <summary>The elements of a vector of structs or scalars of <paramref name="size"/> bytes each; empty when there is none.</summary>
    public ReadOnlySpan<byte> Structs(int slot, int size)
    {
        if (!TryField(slot, 4, out int at))
            return default;
        int start = FollowOffset(_bytes, at);
        int count = ReadInt32(_bytes, start);
        long room = ((long)_bytes.Length - start - 4) / size;
        if (count < 0 || count > room)
            throw Malformed(start, $"a vector of at most {room} elements", $"{count}");
        return _bytes.Slice(start + 4, count * size);
    }

    /// <summary>The tables of a vector of tables; empty when there is none.</summary>
    public FlatTables Tables(int slot)
    {
        var offsets = Structs(slot, 4);
        return offsets.IsEmpty ? default : new FlatTables(_bytes, Start(offsets), offsets.Length / 4);
    }

    internal static FlatTable At(ReadOnlySpan<byte> bytes, int offsetAt) => new(bytes, FollowOffset(bytes, offsetAt));

    private static int ReadInt32(ReadOnlySpan<byte> bytes, int at) =>
        BinaryPrimitives.ReadInt32LittleEndian(bytes[Checked(bytes, at, 4)..]);

    private static int FollowOffset(ReadOnlySpan<byte> bytes, int at) => Checked(bytes, at + (long)(uint)ReadInt32(bytes, at), 4);

    private static int Checked(ReadOnlySpan<byte> bytes, long at, int size)
    {
        if (at < 0 || at > bytes.Length - size)
            throw Malformed(at, $"a position within the {bytes.Length} bytes of the metadata", $"{at}");
        return (int)at;
    }

    private static InvalidDataException Malformed(long at, string expected, string found) =>
        new($"Arrow metadata is malformed at byte {at}: expected {expected}, found {found}.");

    private bool TryField(int slot, int size, out int at)
    {
        at = 0;
        int entry = 4 + (2 * slot);
        if (_vtableLength == 0 || entry + 2 > _vtableLength)
            return false;
        int offset = BinaryPrimitives.ReadUInt16LittleEndian(_bytes[(_vtable + entry)..]);
        if (offset == 0)
            return false;
        at = Checked(_bytes, (long)_table + offset, size);
        return true;
    }

    private int Start(ReadOnlySpan<byte> part)
    {
        _bytes.Overlaps(part, out int start);
        return start;
    }
}

/// <summary>A vector of tables.</summary>
internal readonly ref struct FlatTables
{
    private readonly ReadOnlySpan<byte> _bytes;
    private readonly int _start;

    public FlatTables(ReadOnlySpan<byte> bytes, int start, int count)
    {
        _bytes = bytes;
        _start = start;
        Count = count;
    }

    public int Count { get; }

    public FlatTable this[int index] => FlatTable.At(_bytes, _start + (4 * index));
}
