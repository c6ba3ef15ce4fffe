using DaprHep.Data.Objects;
using DaprHep.Hosting;
using DaprHep.Learning.Artifacts;

namespace DaprHep.Cli.Predictions;

/// <summary>Where the model is that a command is given.</summary>
internal static class StoredModel
{
    private const string FolderOfRun = "model";

    /// <summary>Opens the store of a model.</summary>
    /// <param name="location">Folder or URL.</param>
    /// <param name="cancellation">Ends the work early.</param>
    /// <returns>The store, and the model's prefix in it.</returns>
    /// <exception cref="BadInputException">There is no model.</exception>
    /// <exception cref="ObjectStoreException">The store can't be read.</exception>
    public static async Task<(ObjectStore Store, string Prefix)> FindAsync(string location, CancellationToken cancellation)
    {
        (ObjectStore store, string prefix) = ObjectStore.OpenAt(location);
        if (await store.ExistsAsync($"{prefix}/{SavedModel.DescriptionName}", cancellation))
            return (store, prefix);
        string advice = await store.ExistsAsync($"{prefix}/{FolderOfRun}/{SavedModel.DescriptionName}", cancellation)
            ? $"give {location.TrimEnd('/')}/{FolderOfRun}"
            : "give a folder or prefix with a model, for instance OUT/model";
        throw new BadInputException($"{location}: no {SavedModel.DescriptionName}; {advice}");
    }
}
