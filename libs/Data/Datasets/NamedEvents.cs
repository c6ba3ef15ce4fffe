using DaprHep.Data.Events;
using DaprHep.Data.Objects;

namespace DaprHep.Data.Datasets;

/// <summary>Events that a person names: a dataset, the shards of a finished run, or an Arrow file; read a record batch at a time.</summary>
public sealed class NamedEvents
{
    private readonly ObjectStore _store;

    private NamedEvents(ObjectStore store, string key, IReadOnlyList<Dataset> datasets)
    {
        _store = store;
        Key = key;
        Datasets = datasets;
    }

    /// <summary>Key of the dataset's prefix, of the statistics of the shards, or of the file.</summary>
    public string Key { get; }

    /// <summary>The datasets, in order; empty for a file.</summary>
    public IReadOnlyList<Dataset> Datasets { get; }

    /// <summary>Finds the events that a person means.</summary>
    /// <param name="location">
    /// The path or URL of a dataset (<c>STORE/events/HASH</c>, <c>STORE/training/HASH</c>), of a finished run or its statistics, as
    /// <see cref="DatasetLocation"/> understands them, or of an Arrow file with the event schema.
    /// </param>
    /// <param name="split">Which shards of a run.</param>
    /// <param name="cancellation">Ends the work early.</param>
    /// <exception cref="ObjectStoreException">There are none.</exception>
    public static async Task<NamedEvents> FindAsync(string location, DataSplit split, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(location);
        (ObjectStore store, string key) = ObjectStore.OpenAt(location);
        if (key.EndsWith(".arrow", StringComparison.Ordinal))
        {
            if (!await store.ExistsAsync(key, cancellation).ConfigureAwait(false))
                throw new ObjectStoreException(store.Url, key, "no such file");
            if (!await store.ExistsAsync(Dataset.ManifestName, cancellation).ConfigureAwait(false))
                return new NamedEvents(store, key, []);
            // The part of a dataset, with a digest to compare it with.
            (ObjectStore parent, string path) = ObjectStore.OpenAt(location, segments: 2);
            Dataset whole = await Dataset.OpenAsync(parent, path[..^(key.Length + 1)], cancellation).ConfigureAwait(false);
            return whole.Manifest.Parts is [var only] && only.Name == key ? new NamedEvents(parent, whole.Name, [whole]) : new NamedEvents(store, key, []);
        }
        if (await store.ExistsAsync($"{key}/{Dataset.ManifestName}", cancellation).ConfigureAwait(false))
        {
            (ObjectStore root, string name) = ObjectStore.OpenAt(location, segments: 2);
            return new NamedEvents(root, name, [await Dataset.OpenAsync(root, name, cancellation).ConfigureAwait(false)]);
        }
        DatasetLocation run = await DatasetLocation.FindAsync(location, cancellation).ConfigureAwait(false);
        FeatureStatistics statistics = await run.Store
            .ReadJsonAsync(run.Statistics, StatisticsJson.Default.FeatureStatistics, cancellation).ConfigureAwait(false);
        return new NamedEvents(run.Store, run.Statistics, await TrainingDatasets
            .OpenAsync(run.Store, run.Statistics, statistics.Selection.ShardsOf(split), split, cancellation).ConfigureAwait(false));
    }

    /// <summary>Names of the high-level features and of the particle columns, from the first file.</summary>
    public async Task<(IReadOnlyList<string> Features, IReadOnlyList<string> Particles)> NamesAsync(CancellationToken cancellation = default)
    {
        string key = Datasets.Count == 0 ? Key : $"{Datasets[0].Name}/{Datasets[0].Manifest.Parts[0].Name}";
        using ObjectContent content = await _store.ReadAsync(key, cancellation).ConfigureAwait(false);
        return EventFile.NamesOf(key, content.Memory);
    }

    /// <summary>
    /// Calls <paramref name="visit"/> for every record batch in order, after the parts of datasets have been compared with their digests; the table is
    /// valid during the call only.
    /// </summary>
    /// <exception cref="ObjectStoreException">A part is missing or altered.</exception>
    /// <exception cref="EventDataException">A file is damaged.</exception>
    public async Task ForEachTableAsync(Action<EventTable> visit, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(visit);
        foreach (Dataset dataset in Datasets)
            await dataset.ForEachTableAsync(visit, verify: true, cancellation).ConfigureAwait(false);
        if (Datasets.Count > 0)
            return;
        using ObjectContent content = await _store.ReadAsync(Key, cancellation).ConfigureAwait(false);
        foreach (EventTable table in EventFile.Read(Key, content.Memory))
        {
            cancellation.ThrowIfCancellationRequested();
            visit(table);
        }
    }
}
