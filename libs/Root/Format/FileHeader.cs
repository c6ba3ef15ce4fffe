namespace DaprHep.Root;

/// <summary>The fixed header of a ROOT file (TFile::Init): 32-bit positions, or 64-bit ones from version 1,000,000 on.</summary>
internal sealed record FileHeader(
    int Version, int Begin, long End, int BytesOfName, int Compression, long InfoSeek, int InfoBytes, byte[] Uuid)
{
    /// <summary>More than any header has: version 62,006 with 64-bit positions takes 75 bytes.</summary>
    public const int MaximumBytes = 100;

    private const int WideFrom = 1_000_000;

    public static FileHeader Read(IByteSource source)
    {
        var location = new RecordLocation(source.Name, "file header");
        if (source.Length < 64)
            throw location.Error(0, "at least 64 bytes", $"{source.Length}");
        Span<byte> bytes = stackalloc byte[(int)Math.Min(MaximumBytes, source.Length)];
        source.Read(0, bytes);
        var cursor = new RootCursor(bytes, location);
        if (!cursor.ReadBytes(4).SequenceEqual("root"u8))
            throw location.Error(0, "the four letters 'root'", Convert.ToHexString(bytes[..4]));
        var version = cursor.ReadInt32();
        var begin = cursor.ReadInt32();
        var wide = version >= WideFrom;
        var end = cursor.ReadSeek(wide);
        cursor.ReadSeek(wide); // list of free segments
        cursor.Skip(8); // its bytes and entries
        var bytesOfName = cursor.ReadInt32();
        cursor.Skip(1); // bytes of a file position
        var compression = cursor.ReadInt32();
        var infoSeek = cursor.ReadSeek(wide);
        var infoBytes = cursor.ReadInt32();
        var uuid = new byte[16];
        // The UUID came with ROOT 3; before, the header ends here.
        if (version % WideFrom >= 30000 && cursor.Remaining >= 18)
        {
            cursor.Skip(2);
            cursor.ReadBytes(16).CopyTo(uuid);
        }
        if (version <= 0)
            throw location.Error(4, "a positive version", $"{version}");
        if (begin < 42 || begin > source.Length)
            throw location.Error(8, $"a first record at 42..{source.Length}", $"{begin}");
        if (bytesOfName < 0 || begin + (long)bytesOfName > source.Length)
            throw location.Error(0, $"a directory record inside the file ({source.Length} bytes)", $"one at {begin} + {bytesOfName}");
        return new FileHeader(version, begin, end, bytesOfName, compression, infoSeek, infoBytes, uuid);
    }
}
