using System.Security.Cryptography;
using DaprHep.Data.Objects;
using DaprHep.Learning.Artifacts;

namespace DaprHep.Serving.Catalogue;

/// <summary>Reads the files of a version, and refuses those that are not what was promoted.</summary>
internal static class ServedFiles
{
    /// <summary>Reads a version's files.</summary>
    /// <exception cref="AlteredModelException">A file is not the one that was promoted.</exception>
    /// <exception cref="ObjectStoreException">A file is missing or can't be read.</exception>
    public static async Task<SavedModel> ReadAsync(ObjectStore store, ModelVersion version, CancellationToken cancellation)
    {
        (string prefix, string description, string weights) = (version.Model, version.DescriptionSha256, version.WeightsSha256);
        return new SavedModel(
            await ReadAsync(store, $"{prefix}/{SavedModel.WeightsName}", weights, cancellation),
            await ReadAsync(store, $"{prefix}/{SavedModel.DescriptionName}", description, cancellation));
    }

    private static async Task<byte[]> ReadAsync(ObjectStore store, string key, string expected, CancellationToken cancellation)
    {
        using ObjectContent content = await store.ReadAsync(key, cancellation);
        byte[] bytes = content.Memory.ToArray();
        string found = Convert.ToHexStringLower(SHA256.HashData(bytes));
        return found == expected ? bytes : throw new AlteredModelException(
            $"{key} in {store.Url} has SHA-256 {found}; {expected} was promoted: the file was altered and is not served");
    }
}

/// <summary>A model's file is not the one that was promoted; nothing of it was parsed.</summary>
internal sealed class AlteredModelException(string message) : Exception(message);
