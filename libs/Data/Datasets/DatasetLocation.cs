using System.Text.Json;
using DaprHep.Data.Objects;

namespace DaprHep.Data.Datasets;

/// <summary>Training and test shards of a store, which the statistics they were built with stand for.</summary>
/// <param name="Store">The store.</param>
/// <param name="Statistics">Key of the statistics, <c>statistics/HASH.json</c>.</param>
public sealed record DatasetLocation(ObjectStore Store, string Statistics)
{
    private const string Folder = "statistics/";

    /// <summary>Finds the shards that a person means.</summary>
    /// <param name="location">The path or URL of the statistics (<c>STORE/statistics/HASH.json</c>), or of a finished run (its folder, or
    /// <c>STORE/runs/NAME</c>), whose <c>run.json</c> names them.</param>
    /// <param name="cancellation">Ends the work early.</param>
    /// <exception cref="ObjectStoreException">There is neither.</exception>
    public static async Task<DatasetLocation> FindAsync(string location, CancellationToken cancellation = default)
    {
        (ObjectStore store, string key) = ObjectStore.OpenAt(location);
        if (key.EndsWith(".json", StringComparison.Ordinal))
        {
            (store, key) = ObjectStore.OpenAt(location, segments: 2);
            return await store.ExistsAsync(key, cancellation).ConfigureAwait(false)
                ? new DatasetLocation(store, key)
                : throw new ObjectStoreException(store.Url, key, $"no such dataset; expected STORE/{Folder}HASH.json, which run.json of a run names");
        }
        if (await store.ExistsAsync($"{key}/{RunStart.RecordName}", cancellation).ConfigureAwait(false))
            return await OfRunAsync(store, $"{key}/{RunStart.RecordName}", cancellation).ConfigureAwait(false);
        throw new ObjectStoreException(
            store.Url, key, $"no dataset; expected STORE/{Folder}HASH.json, or the folder of a run, which has a {RunStart.RecordName}");
    }

    private static async Task<DatasetLocation> OfRunAsync(ObjectStore store, string record, CancellationToken cancellation)
    {
        using ObjectContent content = await store.ReadAsync(record, cancellation).ConfigureAwait(false);
        try
        {
            using JsonDocument run = JsonDocument.Parse(content.Memory);
            string url = run.RootElement.GetProperty("store").GetString()!;
            return new DatasetLocation(ObjectStore.Open(url), run.RootElement.GetProperty("objects").GetProperty("statistics").GetString()!);
        }
        catch (Exception e) when (e is JsonException or KeyNotFoundException or InvalidOperationException or ArgumentException)
        {
            throw new ObjectStoreException(store.Url, record, $"expected a run's record with $.store and $.objects.statistics ({e.Message})", e);
        }
    }
}
