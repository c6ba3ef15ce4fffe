using DaprHep.Data.Datasets;
using DaprHep.Data.Events;
using DaprHep.Data.Objects;
using DaprHep.Hosting;
using DaprHep.Hosting.Contracts;
using DaprHep.Hosting.Telemetry;
using DaprHep.Physics;

namespace DaprHep.Features;

/// <summary>Builds one shard: picks its events from all partitions, brings them into the shuffled order and scales them.</summary>
public static class ShardBuilder
{
    /// <summary>Events of a record batch: a few MB, which a trainer can take at a time.</summary>
    private const int BatchEvents = 1024;

    /// <summary>Builds and commits a shard.</summary>
    /// <param name="store">The store with the statistics, the plan and its converted partitions.</param>
    /// <param name="statisticsKey">Key of the statistics object.</param>
    /// <param name="split">Train or test.</param>
    /// <param name="index">Index of the shard in its split.</param>
    /// <param name="cancellation">Ends the work early.</param>
    public static async Task<Dataset> BuildAsync(
        ObjectStore store, string statisticsKey, DataSplit split, int index, CancellationToken cancellation)
    {
        FeatureStatistics statistics = await store.ReadJsonAsync(statisticsKey, StatisticsJson.Default.FeatureStatistics, cancellation);
        PartitionPlan plan = await PlanObjects.ReadAsync(store, statistics.Plan, cancellation);

        var picked = new PickedEvents(statistics);
        foreach (Partition partition in plan.Partitions)
        {
            Dataset events = await EventDatasets.OpenAsync(store, plan, partition, cancellation);
            await events.ForEachTableAsync(table => picked.Pick(table, partition.Split, split, index), cancellation);
        }

        string name = TrainingDatasets.NameOf(statisticsKey, split, index);
        var schema = EventSchema.Create(
            HlfColumns.Names,
            ParticleColumns.Names,
            new Dictionary<string, string> { ["physics"] = statistics.Physics, ["scaled"] = "true", ["software"] = SoftwareVersion.Current },
            padded: PhysicsProfiles.Parse(statistics.Physics) == PhysicsProfile.Cern2019);
        await using DatasetPartWriter writer = await DatasetPartWriter.CreateAsync(store, name, 0, schema, cancellation);
        foreach (EventTable batch in picked.InShuffledOrder(BatchEvents))
        {
            cancellation.ThrowIfCancellationRequested();
            writer.Write(batch);
        }
        DatasetPart part = await writer.CommitAsync(cancellation);
        Measures.StepWrote(Steps.Shards, part.Bytes);
        return await Dataset.CommitAsync(
            store,
            name,
            new DatasetManifest
            {
                Step = TrainingDatasets.Step,
                StepVersion = TrainingDatasets.StepVersion,
                Software = SoftwareVersion.Current,
                Parameters = TrainingDatasets.ParametersOf(split, index),
                Inputs = [statisticsKey],
                Parts = [part],
                Labels = picked.Labels,
            },
            cancellation);
    }
}
