namespace DaprHep.Root;

/// <summary>The header before every record (TKey::Streamer): sizes, position, and the names of class and object.</summary>
internal sealed record KeyHeader(
    int Bytes, short Version, int ObjectLength, int KeyLength, short Cycle, long Seek, string ClassName, string Name, string Title)
{
    /// <summary>Fixed part with 32-bit positions and three empty strings.</summary>
    public const int MinimumBytes = 29;

    /// <summary>Reads a key header; <paramref name="cursor"/> ends behind its title (a basket's key goes on from there).</summary>
    public static KeyHeader Read(ref RootCursor cursor)
    {
        var bytes = cursor.ReadInt32();
        var version = cursor.ReadInt16();
        var objectLength = cursor.ReadInt32();
        cursor.Skip(4); // date and time
        var keyLength = cursor.ReadInt16();
        var cycle = cursor.ReadInt16();
        var wide = version > 1000;
        var seek = cursor.ReadSeek(wide);
        cursor.ReadSeek(wide); // directory
        var className = cursor.ReadString();
        var name = cursor.ReadString();
        var title = cursor.ReadString();
        if (objectLength < 0)
            cursor.Throw("an object length of 0 or more", $"{objectLength}");
        if (keyLength < 0)
            cursor.Throw("a key length of 0 or more", $"{keyLength}");
        return new KeyHeader(bytes, version, objectLength, keyLength, cycle, seek, className, name, title);
    }
}
