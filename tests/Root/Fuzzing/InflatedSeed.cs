using System.Buffers.Binary;

namespace DaprHep.Root.Tests.Fuzzing;

/// <summary>
/// A ROOT file rewritten so that streamer info, trees and baskets lie uncompressed at its end: a mutation then reaches the
/// parsers behind the decompression instead of its checksum.
/// </summary>
internal static class InflatedSeed
{
    public static byte[] Of(byte[] file)
    {
        var output = new MemoryStream();
        output.Write(file);
        using var root = RootFile.Open(new ArrayByteSource("seed", file));
        var location = new RecordLocation("seed", "record");
        var wide = BinaryPrimitives.ReadInt32BigEndian(file.AsSpan(4)) >= 1_000_000;

        if (root.Header.InfoSeek > 0)
        {
            var info = RecordReader.ReadKey(root.Source, root.Header.InfoSeek, root.Header.InfoBytes, location);
            var (seek, bytes) = Append(output, file, info, root.ReadRecord(info, location));
            WriteSeek(output, wide ? 45 : 37, seek, wide);
            WriteInt(output, wide ? 53 : 41, bytes);
        }
        foreach (var key in root.Keys.Where(k => k.IsTree))
        {
            var payload = root.ReadRecord(key.Header, location);
            foreach (var basket in root.Tree(key).AllBranches.SelectMany(b => b.Baskets).Where(b => b.Seek > 0).Take(200))
            {
                var header = RecordReader.ReadKey(root.Source, basket.Seek, basket.Bytes, location);
                var (moved, _) = Append(output, file, header, root.ReadRecord(header, location));
                Replace(payload, basket.Seek, moved);
            }
            var (seek, bytes) = Append(output, file, key.Header, payload);
            PatchKey(output, file, key.Header, (int)seek, bytes);
        }
        return output.ToArray();
    }

    /// <summary>Writes a record at the end with its old key header, changed to say that the payload is not compressed.</summary>
    private static (long Seek, int Bytes) Append(MemoryStream output, byte[] file, KeyHeader key, byte[] payload)
    {
        var header = file.AsSpan((int)key.Extent.Seek, key.Extent.KeyLength).ToArray();
        var bytes = key.Extent.KeyLength + payload.Length;
        BinaryPrimitives.WriteInt32BigEndian(header, bytes);
        BinaryPrimitives.WriteInt32BigEndian(header.AsSpan(6), payload.Length);
        output.Position = output.Length;
        var seek = output.Position;
        output.Write(header);
        output.Write(payload);
        return (seek, bytes);
    }

    private static void PatchKey(MemoryStream output, byte[] file, KeyHeader key, int seek, int bytes)
    {
        if (key.Version > 1000)
            return;
        // The key in the directory's list: same sizes, same position.
        for (var at = 100; at + 26 < file.Length; at++)
        {
            var span = file.AsSpan(at);
            if (BinaryPrimitives.ReadInt32BigEndian(span) != key.Extent.Bytes
                || BinaryPrimitives.ReadInt32BigEndian(span[6..]) != key.Extent.ObjectLength
                || BinaryPrimitives.ReadInt32BigEndian(span[18..]) != key.Extent.Seek || at == key.Extent.Seek)
            {
                continue;
            }
            WriteInt(output, at, bytes);
            WriteInt(output, at + 18, seek);
        }
    }

    private static void Replace(byte[] payload, long from, long to)
    {
        Span<byte> pattern = stackalloc byte[8];
        BinaryPrimitives.WriteInt64BigEndian(pattern, from);
        var at = payload.AsSpan().IndexOf(pattern);
        if (at >= 0)
            BinaryPrimitives.WriteInt64BigEndian(payload.AsSpan(at), to);
    }

    private static void WriteSeek(MemoryStream output, int at, long value, bool wide)
    {
        if (wide)
            BinaryPrimitives.WriteInt64BigEndian(output.GetBuffer().AsSpan(at), value);
        else
            WriteInt(output, at, (int)value);
    }

    private static void WriteInt(MemoryStream output, int at, int value) =>
        BinaryPrimitives.WriteInt32BigEndian(output.GetBuffer().AsSpan(at), value);
}
