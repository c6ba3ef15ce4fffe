using System.Runtime.InteropServices;
using System.Security.Cryptography;
using DaprHep.Data.Datasets;

namespace DaprHep.Learning.Evaluation;

/// <summary>The identity of a set of test events: figures of two models compare only where it is the same.</summary>
public static class TestSet
{
    /// <summary>SHA-256 over the events' ids in rising order (uint64, little-endian), whatever the shards and the scaling; lower-case hexadecimal.
    /// </summary>
    /// <param name="shards">The test shards.</param>
    /// <param name="cancellation">Ends the work early.</param>
    public static async Task<string> DigestAsync(IReadOnlyList<Dataset> shards, CancellationToken cancellation = default)
    {
        var ids = new ulong[shards.Sum(shard => shard.Rows)];
        var read = 0;
        foreach (var shard in shards)
        {
            await shard.ForEachTableAsync(
                table =>
                {
                    table.Ids.CopyTo(ids.AsMemory(read));
                    read += table.Count;
                },
                cancellation).ConfigureAwait(false);
        }

        Array.Sort(ids);
        return Convert.ToHexStringLower(SHA256.HashData(MemoryMarshal.AsBytes<ulong>(ids)));
    }
}
