using DaprHep.Data.Objects;
using DaprHep.Learning.Artifacts;
using DaprHep.Learning.Inference;
using DaprHep.Learning.Models;
using DaprHep.Serving.Catalogue;

namespace DaprHep.Serving.Models;

/// <summary>Loads versions, and tells those that can't be served from a store that does not answer.</summary>
internal static class VersionLoading
{
    /// <summary>Loads a version; its files are checked before anything of them is parsed.</summary>
    /// <exception cref="UnservableVersionException">A file is missing, was altered or is malformed.</exception>
    /// <exception cref="ObjectStoreException">The store can't be read.</exception>
    public static async Task<LoadedVersion> LoadAsync(ObjectStore store, ModelVersion version, CancellationToken cancellation)
    {
        try
        {
            return new LoadedVersion(version, Predictor.From(await ServedFiles.ReadAsync(store, version, cancellation)));
        }
        catch (Exception e) when (e is AlteredModelException or ModelDigestException or ModelFormatException or UnknownModelException
            or ObjectStoreException { Kind: ObjectStoreProblem.NoObject })
        {
            throw new UnservableVersionException($"{version.Version} can't be served: {e.Message}", e);
        }
    }
}

/// <summary>A version can't be served, and why.</summary>
internal sealed class UnservableVersionException(string message, Exception inner) : Exception(message, inner);
