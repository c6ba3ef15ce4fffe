using System.Security.Cryptography;
using DaprHep.Data.Objects;
using DaprHep.Learning.Artifacts;

namespace DaprHep.Learning.Inference;

/// <summary>Fetches a stored model and makes sure that its weights are those that its description was written for.</summary>
internal static class ModelFiles
{
    /// <summary>Reads a model's two files.</summary>
    /// <param name="store">The store.</param>
    /// <param name="prefix">The model's prefix, without a slash at its end.</param>
    /// <param name="cancellation">Ends the work early.</param>
    /// <exception cref="ObjectStoreException">A file is missing or can't be read.</exception>
    /// <exception cref="ModelFormatException">The description is malformed.</exception>
    /// <exception cref="ModelDigestException">The weights are not those of the description.</exception>
    internal static async Task<SavedModel> ReadAsync(ObjectStore store, string prefix, CancellationToken cancellation)
    {
        using var description = await store.ReadAsync($"{prefix}/{SavedModel.DescriptionName}", cancellation).ConfigureAwait(false);
        using var weights = await store.ReadAsync($"{prefix}/{SavedModel.WeightsName}", cancellation).ConfigureAwait(false);
        var files = new SavedModel(weights.Memory.ToArray(), description.Memory.ToArray());
        CheckDigest(files, $"{store.Url}/{prefix}");
        return files;
    }

    /// <summary>Refuses weights without a digest, or with another.</summary>
    /// <param name="files">The files.</param>
    /// <param name="where">What to call the model in an error.</param>
    internal static void CheckDigest(SavedModel files, string where)
    {
        var expected = SavedModel.ReadDescription(files.Description).WeightsSha256;
        var found = Convert.ToHexStringLower(SHA256.HashData(files.Weights));
        if (!string.Equals(expected, found, StringComparison.OrdinalIgnoreCase))
            throw new ModelDigestException(where, expected, found);
    }
}
