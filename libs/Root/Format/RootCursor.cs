using System.Buffers.Binary;
using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using System.Text;

namespace DaprHep.Root;

/// <summary>
/// Reads ROOT's big-endian primitives from a span. Every read is checked against the end of the span, and every count against
/// the bytes that are left, so that nothing is allocated for what the buffer cannot hold.
/// </summary>
internal ref struct RootCursor
{
    private readonly ReadOnlySpan<byte> _data;
    private readonly long _origin;
    private int _position;

    /// <param name="data">The bytes.</param>
    /// <param name="location">What errors name.</param>
    /// <param name="origin">Offset of the first byte, added to positions in errors.</param>
    public RootCursor(ReadOnlySpan<byte> data, RecordLocation location, long origin = 0)
    {
        _data = data;
        _origin = origin;
        Location = location;
    }

    public RecordLocation Location { get; }

    public readonly int Length => _data.Length;

    public readonly int Remaining => _data.Length - _position;

    public int Position
    {
        readonly get => _position;
        set
        {
            if ((uint)value > (uint)_data.Length)
                Throw($"a position in 0..{_data.Length}", $"{value}");
            _position = value;
        }
    }

    public byte ReadByte() => Take(1)[0];

    public sbyte ReadSByte() => (sbyte)Take(1)[0];

    public bool ReadBool() => Take(1)[0] != 0;

    public short ReadInt16() => BinaryPrimitives.ReadInt16BigEndian(Take(2));

    public ushort ReadUInt16() => BinaryPrimitives.ReadUInt16BigEndian(Take(2));

    public int ReadInt32() => BinaryPrimitives.ReadInt32BigEndian(Take(4));

    public uint ReadUInt32() => BinaryPrimitives.ReadUInt32BigEndian(Take(4));

    public long ReadInt64() => BinaryPrimitives.ReadInt64BigEndian(Take(8));

    public ulong ReadUInt64() => BinaryPrimitives.ReadUInt64BigEndian(Take(8));

    public float ReadSingle() => BinaryPrimitives.ReadSingleBigEndian(Take(4));

    public double ReadDouble() => BinaryPrimitives.ReadDoubleBigEndian(Take(8));

    /// <summary>A file position: 4 bytes, or 8 in records of files beyond 2 GB.</summary>
    public long ReadSeek(bool wide) => wide ? ReadInt64() : ReadInt32();

    public ReadOnlySpan<byte> ReadBytes(int count) => Take(count);

    public void Skip(int count) => Take(count);

    public readonly int PeekInt32() =>
        Remaining >= 4 ? BinaryPrimitives.ReadInt32BigEndian(_data[_position..]) : ThrowShort<int>(4);

    /// <summary>A length followed later by that many items: not negative and no more than what is left can hold.</summary>
    public int ReadCount(int minimumItemBytes, string what) => CheckCount(ReadInt32(), minimumItemBytes, what);

    /// <summary>Checks a count that was read elsewhere against the bytes that are left.</summary>
    public readonly int CheckCount(long count, int minimumItemBytes, string what)
    {
        if (count < 0 || count * minimumItemBytes > Remaining)
            Throw($"{what} of at most {Remaining / Math.Max(1, minimumItemBytes)} ({Remaining} bytes left)", $"{count}");
        return (int)count;
    }

    /// <summary>TString: one length byte, or 255 and four, then the characters.</summary>
    public string ReadString() => Encoding.UTF8.GetString(ReadStringBytes());

    /// <summary>The bytes of a TString.</summary>
    public ReadOnlySpan<byte> ReadStringBytes()
    {
        int length = ReadByte();
        if (length == 255)
            length = ReadCount(1, "string length");
        return Take(length);
    }

    /// <summary>A zero-terminated class name.</summary>
    public string ReadCString()
    {
        var end = _data[_position..].IndexOf((byte)0);
        if (end < 0)
            Throw("a zero-terminated name", "no zero byte");
        var text = Encoding.UTF8.GetString(Take(end));
        _position++;
        return text;
    }

    /// <summary>The header of a streamed object: its class version and where it ends.</summary>
    /// <returns>The version, the position after the object (−1 without byte count), and the checksum (versions up to 0 only).</returns>
    public ObjectHeader ReadObjectHeader()
    {
        var header = ReadCollectionHeader();
        return header.Version <= 0 && header.End - _position >= 4 ? header with { Checksum = ReadUInt32() } : header;
    }

    /// <summary>The header of an STL collection or string: as an object's, but never with a checksum.</summary>
    public ObjectHeader ReadCollectionHeader()
    {
        var start = _position;
        var first = ReadUInt16();
        if ((first & 0x4000) == 0)
            return new ObjectHeader((short)first, -1, 0);
        _position = start;
        var bytes = ReadUInt32() & ~ByteCountMask;
        if (bytes < 2 || bytes > Remaining)
            Throw($"an object of 2 to {Remaining} bytes", $"{bytes}");
        var end = _position + (int)bytes;
        return new ObjectHeader(ReadInt16(), end, 0);
    }

    /// <summary>The class version of items stored member-wise; a checksum follows where the class has none.</summary>
    public ObjectHeader ReadItemVersion()
    {
        var version = ReadInt16();
        return new ObjectHeader(version, -1, version <= 0 ? ReadUInt32() : 0);
    }

    [DoesNotReturn]
    public readonly void Throw(string expected, string found) => throw Location.Error(_origin + _position, expected, found);

    public const uint ByteCountMask = 0x4000_0000;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private ReadOnlySpan<byte> Take(int count)
    {
        var at = _position;
        if ((uint)count > (uint)(_data.Length - at))
            return ThrowShortSpan(count);
        _position = at + count;
        return _data.Slice(at, count);
    }

    [DoesNotReturn]
    private readonly ReadOnlySpan<byte> ThrowShortSpan(int count)
    {
        Throw($"{count} bytes", $"{Remaining} left");
        return default;
    }

    [DoesNotReturn]
    private readonly T ThrowShort<T>(int count)
    {
        Throw($"{count} bytes", $"{Remaining} left");
        return default;
    }
}
