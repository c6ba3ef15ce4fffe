using System.Buffers.Binary;
using System.Security.Cryptography;
using DaprHep.Root;

namespace DaprHep.Ingest;

/// <summary>
/// Identity of a tree's data at no cost of reading them: SHA-256 of the file's UUID, its length, and every basket's position and size.
/// ROOT draws a new UUID whenever it writes a file, so two files with one digest are copies.
/// </summary>
public static class SourceDigest
{
    /// <summary>The digest, lower-case hex.</summary>
    public static string Of(RootFile file, RootTree tree)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData(file.Uuid.Span);
        Append(hash, file.Length);
        Append(hash, tree.Entries);
        foreach (RootBranch branch in tree.AllBranches)
        {
            foreach (BasketLocation basket in branch.Baskets)
            {
                Append(hash, basket.Seek);
                Append(hash, basket.Bytes);
            }
        }
        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }

    private static void Append(IncrementalHash hash, long value)
    {
        Span<byte> bytes = stackalloc byte[sizeof(long)];
        BinaryPrimitives.WriteInt64LittleEndian(bytes, value);
        hash.AppendData(bytes);
    }
}
