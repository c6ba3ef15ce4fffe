namespace DaprHep.Root;

/// <summary>The header before every record (TKey::Streamer): sizes, position, and the names of class and object.</summary>
internal sealed record KeyHeader(
    RecordExtent Extent, short Version, short Cycle, long Directory, string ClassName, string Name, string Title)
{
    /// <summary>Fixed part with 32-bit positions and three empty strings.</summary>
    public const int MinimumBytes = 29;

    /// <summary>Reads a key header; <paramref name="cursor"/> ends behind its title.</summary>
    public static KeyHeader Read(ref RootCursor cursor)
    {
        var extent = ReadExtent(ref cursor, out var version, out var cycle, out var directory);
        return new KeyHeader(extent, version, cycle, directory, cursor.ReadString(), cursor.ReadString(), cursor.ReadString());
    }

    /// <summary>Reads a key header without keeping its names.</summary>
    public static RecordExtent Skip(ref RootCursor cursor)
    {
        var extent = ReadExtent(ref cursor, out _, out _, out _);
        cursor.ReadStringBytes();
        cursor.ReadStringBytes();
        cursor.ReadStringBytes();
        return extent;
    }

    private static RecordExtent ReadExtent(ref RootCursor cursor, out short version, out short cycle, out long directory)
    {
        var bytes = cursor.ReadInt32();
        version = cursor.ReadInt16();
        var objectLength = cursor.ReadInt32();
        cursor.Skip(4); // date and time
        var keyLength = cursor.ReadInt16();
        cycle = cursor.ReadInt16();
        var wide = version > 1000;
        var seek = cursor.ReadSeek(wide);
        directory = cursor.ReadSeek(wide);
        if (objectLength < 0)
            cursor.Throw("an object length of 0 or more", $"{objectLength}");
        if (keyLength < 0)
            cursor.Throw("a key length of 0 or more", $"{keyLength}");
        return new RecordExtent(bytes, objectLength, keyLength, seek);
    }
}
