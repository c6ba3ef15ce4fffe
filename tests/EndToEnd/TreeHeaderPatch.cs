using System.Buffers.Binary;
using System.IO.Compression;
using System.Text;
using DaprHep.Root;

namespace DaprHep.EndToEnd.Tests;

/// <summary>Renames a branch of a ROOT file: the tree's header is inflated, changed, and stored uncompressed at the end of the file.</summary>
internal static class TreeHeaderPatch
{
    private const int BlockHeader = 9;

    public static void RenameBranch(string path, string tree, string from, string to)
    {
        int seek, bytes, length;
        using (RootFile file = RootFile.Open(path))
        {
            RootKey key = file.Tree(tree).Key;
            (seek, bytes, length) = ((int)key.Seek, key.Bytes, key.ObjectLength);
        }
        byte[] content = File.ReadAllBytes(path);
        int keyLength = BinaryPrimitives.ReadInt16BigEndian(content.AsSpan(seek + 14));
        byte[] header = content.AsSpan(seek, keyLength).ToArray();
        byte[] payload = new byte[length];
        using (var inflate = new ZLibStream(new MemoryStream(content, seek + keyLength + BlockHeader, bytes - keyLength - BlockHeader), CompressionMode.Decompress))
            inflate.ReadExactly(payload);

        byte[] old = Encoding.ASCII.GetBytes(from), renamed = Encoding.ASCII.GetBytes(to);
        renamed.Length.ShouldBe(old.Length);
        int found = 0;
        for (int at = payload.AsSpan().IndexOf(old); at >= 0; at = payload.AsSpan().IndexOf(old))
        {
            renamed.CopyTo(payload, at);
            found++;
        }
        found.ShouldBeGreaterThan(0, $"the tree header does not hold '{from}'");

        // The header says where the record is and how long; the directory's list of keys holds a copy of it.
        byte[] listed = header.ToArray();
        BinaryPrimitives.WriteInt32BigEndian(header, keyLength + length);
        BinaryPrimitives.WriteInt32BigEndian(header.AsSpan(18), content.Length);
        int copy = content.AsSpan(seek + keyLength).IndexOf(listed) + seek + keyLength;
        header.CopyTo(content, copy);
        File.WriteAllBytes(path, [.. content, .. header, .. payload]);
    }
}
