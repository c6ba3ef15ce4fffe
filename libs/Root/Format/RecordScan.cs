using System.Buffers.Binary;

namespace DaprHep.Root;

/// <summary>
/// Finds the objects of a file that was never closed, and so has no list of keys: walks from record to record, as TFile::Recover
/// does. Trees are found as they were last saved.
/// </summary>
internal static class RecordScan
{
    /// <summary>More than any key of a tree needs; the rest of a longer one is not looked at.</summary>
    private const int KeyBytes = 1 << 10;

    /// <summary>The objects of the top directory, in order of their position.</summary>
    public static List<RootKey> Keys(IByteSource source, FileHeader header) =>
    [
        .. Walk(source, header)
            .Where(k => k.Directory == header.Begin && k.ClassName is not ("TBasket" or "TFile" or "TDirectory" or "TDirectoryFile" or "")
                && k.Name != StreamerInfoName)
            .Select(k => new RootKey(k, k.Name)),
    ];

    /// <summary>The record with the file's class layouts; null if none was written.</summary>
    public static KeyHeader? StreamerInfo(IByteSource source, FileHeader header) =>
        Walk(source, header).LastOrDefault(k => k is { ClassName: "TList", Name: StreamerInfoName });

    private const string StreamerInfoName = "StreamerInfo";

    private static List<KeyHeader> Walk(IByteSource source, FileHeader header)
    {
        var found = new List<KeyHeader>();
        var location = new RecordLocation(source.Name, "records of a file that was not closed");
        var buffer = new byte[KeyBytes];
        for (long at = header.Begin; at <= source.Length - KeyHeader.MinimumBytes;)
        {
            var span = buffer.AsSpan(0, (int)Math.Min(KeyBytes, source.Length - at));
            source.Read(at, span);
            var bytes = BinaryPrimitives.ReadInt32BigEndian(span);
            if (bytes is 0 or int.MinValue)
                break;
            if (bytes > 0)
            {
                if (TryRead(span, location, at) is not { } key)
                    break;
                found.Add(key);
            }
            at += Math.Max(Math.Abs((long)bytes), 4); // negative: free space
        }
        return found;
    }

    /// <summary>A key that does not parse is where the writer stopped.</summary>
    private static KeyHeader? TryRead(ReadOnlySpan<byte> span, RecordLocation location, long at)
    {
        try
        {
            var cursor = new RootCursor(span, location, at);
            var key = KeyHeader.Read(ref cursor);
            return key with { Extent = key.Extent with { Seek = at } };
        }
        catch (RootFormatException)
        {
            return null;
        }
    }
}
