using DaprHep.Data.Datasets;
using DaprHep.Data.Events;
using DaprHep.Data.Objects;
using DaprHep.Learning.Artifacts;
using DaprHep.Learning.Distributed;
using DaprHep.Learning.Models;

namespace DaprHep.Learning.Training;

/// <summary>
/// Loads what a model reads of training shards, in the shuffled order in which the shards hold their events. A rank of several loads its
/// own share, and opens no other shards for it.
/// </summary>
public static class TrainingShards
{
    private static readonly int MostRows = Array.MaxLength / EventSchema.Features;

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
    public static Task<TrainingData> LoadAsync(
        ObjectStore store,
        string statisticsKey,
        FeatureStatistics statistics,
        string model,
        CancellationToken cancellation = default) =>
        LoadAsync(store, statisticsKey, statistics, model, RankShare.Whole, cancellation);

    /// <summary>Loads a rank's share of the training and of the test events.</summary>
    /// <param name="store">The store with the shards.</param>
    /// <param name="statisticsKey">Key of the statistics that the shards were built with.</param>
    /// <param name="statistics">The statistics themselves.</param>
    /// <param name="model">The model's name; particles are loaded if it reads them.</param>
    /// <param name="share">Which rank of how many.</param>
    /// <param name="cancellation">Ends the work early.</param>
    /// <inheritdoc cref="LoadAsync(ObjectStore, string, FeatureStatistics, string, CancellationToken)"/>
    public static async Task<TrainingData> LoadAsync(
        ObjectStore store,
        string statisticsKey,
        FeatureStatistics statistics,
        string model,
        RankShare share,
        CancellationToken cancellation)
    {
        LabelledEvents train = await LoadAsync(store, statisticsKey, statistics, DataSplit.Train, model, share, cancellation)
            .ConfigureAwait(false);
        LabelledEvents test = await LoadAsync(store, statisticsKey, statistics, DataSplit.Test, model, share, cancellation)
            .ConfigureAwait(false);
        return new TrainingData(train, test);
    }

    /// <summary>Loads the events of one split.</summary>
    /// <inheritdoc cref="LoadAsync(ObjectStore, string, FeatureStatistics, string, CancellationToken)"/>
    public static Task<LabelledEvents> LoadAsync(
        ObjectStore store,
        string statisticsKey,
        FeatureStatistics statistics,
        DataSplit split,
        string model,
        CancellationToken cancellation = default) =>
        LoadAsync(store, statisticsKey, statistics, split, model, RankShare.Whole, cancellation);

    private static async Task<LabelledEvents> LoadAsync(
        ObjectStore store,
        string statisticsKey,
        FeatureStatistics statistics,
        DataSplit split,
        string model,
        RankShare share,
        CancellationToken cancellation)
    {
        IReadOnlyList<Dataset> shards = await TrainingDatasets
            .OpenAsync(store, statisticsKey, statistics.Selection.ShardsOf(split), split, cancellation).ConfigureAwait(false);
        long rows = shards.Sum(shard => shard.Rows);
        if (rows > MostRows)
            throw new TrainingDataException($"{statisticsKey} has {rows} events; a training loads at most {MostRows}");
        if (statistics.Features.Count != EventSchema.Features || statistics.Classes.Count != EventClasses.Names.Count)
        {
            throw new EventDataException(
                statisticsKey,
                $"has {statistics.Features.Count} features and {statistics.Classes.Count} classes; events have {EventSchema.Features} and "
                + $"{EventClasses.Names.Count}");
        }
        (int first, int end) = share.RowsOf((int)rows);
        int events = end - first;
        var hlf = new float[events * EventSchema.Features];
        var labels = new sbyte[events];
        var ids = new ulong[events];
        ParticleGathering? particles = ModelRegistry.ReadsParticles(model) ? new ParticleGathering(events) : null;
        int loaded = 0, passed = 0;
        foreach (Dataset shard in shards)
        {
            if (passed + shard.Rows <= first || passed >= end)
            {
                passed += (int)shard.Rows;
                continue;
            }
            int before = passed;
            await shard.ForEachTableAsync(
                table =>
                {
                    int begin = Math.Clamp(first - passed, 0, table.Count);
                    int count = Math.Clamp(end - passed, begin, table.Count) - begin;
                    table.Hlf.Slice(begin * EventSchema.Features, count * EventSchema.Features)
                        .CopyTo(hlf.AsMemory(loaded * EventSchema.Features));
                    table.Labels.Slice(begin, count).CopyTo(labels.AsMemory(loaded));
                    table.Ids.Slice(begin, count).CopyTo(ids.AsMemory(loaded));
                    particles?.Add(table, begin, count);
                    loaded += count;
                    passed += table.Count;
                },
                verify: true,
                cancellation).ConfigureAwait(false);
            if (passed != before + shard.Rows)
            {
                throw new EventDataException(
                    shard.Name, $"holds {passed - before} events; its manifest says {shard.Rows}: delete the dataset and run again");
            }
        }
        return new LabelledEvents(hlf, labels, EventSchema.Features, particles?.Finish())
        {
            Ids = ids,
            Scaling =
            [
                .. statistics.Features.Select((name, k) => new FeatureScaling(name, statistics.Minimum[k], statistics.Maximum[k])),
            ],
        };
    }
}
