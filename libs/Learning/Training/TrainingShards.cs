using DaprHep.Data.Datasets;
using DaprHep.Data.Events;
using DaprHep.Data.Objects;
using DaprHep.Learning.Models;

namespace DaprHep.Learning.Training;

/// <summary>Loads what a model reads of training shards, in the shuffled order in which the shards hold their events.</summary>
public static class TrainingShards
{
    /// <summary>Loads the training and the test events.</summary>
    /// <param name="store">The store with the shards.</param>
    /// <param name="statisticsKey">Key of the statistics that the shards were built with.</param>
    /// <param name="statistics">The statistics themselves.</param>
    /// <param name="model">The model's name; particles are loaded if it reads them.</param>
    /// <param name="cancellation">Ends the work early.</param>
    /// <exception cref="ObjectStoreException">A shard has not been built.</exception>
    /// <exception cref="EventDataException">A shard is damaged.</exception>
    /// <exception cref="TrainingDataException">The particles are not those of events, or too many for memory.</exception>
    /// <exception cref="UnknownModelException">There is no model of that name.</exception>
    public static async Task<TrainingData> LoadAsync(
        ObjectStore store,
        string statisticsKey,
        FeatureStatistics statistics,
        string model,
        CancellationToken cancellation = default)
    {
        LabelledEvents train = await LoadAsync(store, statisticsKey, statistics, DataSplit.Train, model, cancellation).ConfigureAwait(false);
        LabelledEvents test = await LoadAsync(store, statisticsKey, statistics, DataSplit.Test, model, cancellation).ConfigureAwait(false);
        return new TrainingData(train, test);
    }

    /// <summary>Loads the events of one split.</summary>
    /// <inheritdoc cref="LoadAsync(ObjectStore, string, FeatureStatistics, string, CancellationToken)"/>
    public static async Task<LabelledEvents> LoadAsync(
        ObjectStore store,
        string statisticsKey,
        FeatureStatistics statistics,
        DataSplit split,
        string model,
        CancellationToken cancellation = default)
    {
        IReadOnlyList<Dataset> shards = await TrainingDatasets
            .OpenAsync(store, statisticsKey, statistics.Selection.ShardsOf(split), split, cancellation).ConfigureAwait(false);
        int events = checked((int)shards.Sum(shard => shard.Rows));
        var hlf = new float[checked(events * EventSchema.Features)];
        var labels = new sbyte[events];
        var ids = new ulong[events];
        ParticleGathering? particles = ModelRegistry.ReadsParticles(model) ? new ParticleGathering(events) : null;
        int loaded = 0;
        foreach (Dataset shard in shards)
        {
            await shard.ForEachTableAsync(
                table =>
                {
                    table.Hlf.CopyTo(hlf.AsMemory(loaded * EventSchema.Features));
                    table.Labels.CopyTo(labels.AsMemory(loaded));
                    table.Ids.CopyTo(ids.AsMemory(loaded));
                    particles?.Add(table);
                    loaded += table.Count;
                },
                cancellation).ConfigureAwait(false);
        }
        return new LabelledEvents(hlf, labels, EventSchema.Features, particles?.Finish()) { Ids = ids };
    }
}
