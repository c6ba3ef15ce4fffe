namespace DaprHep.Root;

/// <summary>Reads the list of keys of one directory (TDirectoryFile).</summary>
internal static class KeyList
{
    /// <summary>Fixed part of a directory record, 64-bit positions included.</summary>
    private const int DirectoryRecordBytes = 2 + 4 + 4 + 4 + 4 + 3 * 8;

    /// <summary>Reads a directory record and then the list of keys that it points at.</summary>
    /// <param name="file">The file.</param>
    /// <param name="record">The directory record (TDirectoryFile::Streamer).</param>
    /// <param name="path">The directory's path with a trailing '/', or nothing for the top.</param>
    /// <param name="listSeek">Where the list lies: the directory's identity.</param>
    public static List<RootKey> Read(RootFile file, ReadOnlySpan<byte> record, string path, out long listSeek)
    {
        var location = new RecordLocation(file.Name, path.Length == 0 ? "top directory" : $"directory '{path.TrimEnd('/')}'");
        var cursor = new RootCursor(record, location);
        var version = cursor.ReadInt16();
        cursor.Skip(8); // created, modified
        var listBytes = cursor.ReadInt32();
        cursor.Skip(4); // bytes of the name
        var wide = version > 1000;
        cursor.ReadSeek(wide); // this directory
        cursor.ReadSeek(wide); // its parent
        listSeek = cursor.ReadSeek(wide);
        if (listSeek == 0)
            return [];
        if (listSeek < 0 || listBytes < KeyHeader.MinimumBytes || listSeek + listBytes > file.Length)
            throw location.Error(-1, $"a key list inside the file ({file.Length} bytes)", $"{listBytes} bytes at {listSeek}");
        return ReadList(file, listSeek, listBytes, path, location);
    }

    /// <summary>The top directory's record lies uncompressed behind the file's own name.</summary>
    public static List<RootKey> ReadTop(RootFile file, FileHeader header)
    {
        var at = header.Begin + (long)header.BytesOfName;
        Span<byte> record = stackalloc byte[(int)Math.Min(DirectoryRecordBytes, file.Length - at)];
        file.Source.Read(at, record);
        var keys = Read(file, record, "", out var listSeek);
        return listSeek == 0 ? RecordScan.Keys(file.Source, header) : keys;
    }

    private static List<RootKey> ReadList(RootFile file, long seek, int bytes, string path, RecordLocation location)
    {
        var list = new byte[bytes];
        file.Source.Read(seek, list);
        var cursor = new RootCursor(list, location, seek);
        KeyHeader.Read(ref cursor);
        var count = cursor.ReadCount(KeyHeader.MinimumBytes, "number of keys");
        var keys = new List<RootKey>(count);
        for (var i = 0; i < count; i++)
        {
            var header = KeyHeader.Read(ref cursor);
            keys.Add(new RootKey(header, path + header.Name));
        }
        return keys;
    }
}
