using System.Security.Cryptography;
using DaprHep.Data.Datasets;
using DaprHep.Hosting;
using DaprHep.Physics;
using DaprHep.Root;

namespace DaprHep.Ingest;

/// <summary>Input files: what they are, and how their entries are cut into partitions.</summary>
public static class SourceFiles
{
    /// <summary>Entries of a partition: a few seconds of work, and about 100 MB of output.</summary>
    private const long PartitionEntries = 20_000;

    private const int HashChunk = 1 << 20;

    /// <summary>Cuts the first entries of a file into partitions.</summary>
    /// <param name="source">Index of the file in its plan.</param>
    /// <param name="label">Class label of its events.</param>
    /// <param name="split">Which part of the data they belong to.</param>
    /// <param name="entries">Number of entries to convert.</param>
    public static IEnumerable<Partition> Cut(int source, int label, DataSplit split, long entries)
    {
        for (long first = 0; first < entries; first += PartitionEntries)
            yield return new Partition(source, label, split, first, Math.Min(entries, first + PartitionEntries));
    }

    /// <summary>Opens a file and checks that it can be converted.</summary>
    /// <param name="url">Path or URL.</param>
    /// <param name="label">Class label of its events.</param>
    /// <param name="split">Which part of the data they belong to.</param>
    /// <param name="hash">Whether to take the SHA-256 of the whole file.</param>
    /// <exception cref="BadInputException">It can't be read or lacks what is needed.</exception>
    public static SourceFile Open(string url, int label, DataSplit split, bool hash) => RootInput.Read(() =>
    {
        using RootFile file = RootFile.Open(url);
        RootTree tree = file.Tree(DelphesBranches.Tree);
        using var complete = new DelphesReader(tree, 0);
        return new SourceFile(
            url, DelphesBranches.Tree, file.Length, tree.Entries, SourceDigest.Of(file, tree), hash ? Sha256Of(url) : null, label, split);
    });

    private static string Sha256Of(string url)
    {
        using IByteSource source = ByteSources.Open(url);
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        byte[] buffer = new byte[HashChunk];
        for (long offset = 0; offset < source.Length; offset += buffer.Length)
        {
            Span<byte> chunk = buffer.AsSpan(0, (int)Math.Min(buffer.Length, source.Length - offset));
            source.Read(offset, chunk);
            hash.AppendData(chunk);
        }
        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }
}
