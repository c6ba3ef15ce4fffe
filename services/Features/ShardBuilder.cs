using DaprHep.Data.Datasets;
using DaprHep.Data.Events;
using DaprHep.Data.Objects;
using DaprHep.Data.Sampling;
using DaprHep.Hosting;
using DaprHep.Hosting.Contracts;
using DaprHep.Hosting.Telemetry;
using DaprHep.Physics;

namespace DaprHep.Features;

/// <summary>
/// Builds one shard: collects its events, brings them into the shuffled order and scales them. A shard that does not fit its memory is
/// built in slices of the shuffled order, one after another, with the same bytes as a result.
/// </summary>
public static class ShardBuilder
{
    /// <summary>Events of a record batch: a few MB, which a trainer can take at a time.</summary>
    private const int BatchEvents = 1024;

    /// <summary>Builds and commits a shard.</summary>
    /// <param name="store">The store with the statistics, the plan and its converted partitions.</param>
    /// <param name="statisticsKey">Key of the statistics object.</param>
    /// <param name="split">Train or test.</param>
    /// <param name="index">Index of the shard in its split.</param>
    /// <param name="memory">Bytes of events to hold at a time; record batches come in addition.</param>
    /// <param name="cancellation">Ends the work early.</param>
    public static async Task<Dataset> BuildAsync(
        ObjectStore store, string statisticsKey, DataSplit split, int index, long memory, CancellationToken cancellation)
    {
        FeatureStatistics statistics = await store.ReadJsonAsync(statisticsKey, StatisticsJson.Default.FeatureStatistics, cancellation);
        PartitionPlan plan = await PlanObjects.ReadAsync(store, statistics.Plan, cancellation);
        var events = new ShardEvents(store, statisticsKey, statistics, plan, split, index);

        string name = TrainingDatasets.NameOf(statisticsKey, split, index);
        var schema = EventSchema.Create(
            HlfColumns.Names,
            ParticleColumns.Names,
            new Dictionary<string, string> { ["physics"] = statistics.Physics, ["scaled"] = "true", ["software"] = SoftwareVersion.Current },
            padded: PhysicsProfiles.Parse(statistics.Physics) == PhysicsProfile.Cern2019);
        await using DatasetPartWriter writer = await DatasetPartWriter.CreateAsync(
            store, name, 0, schema, statistics.Compression, cancellation);
        using var rows = new TrainingRows(statistics, writer, BatchEvents);
        await WriteInOrderAsync(events, statistics.Selection, split, memory, rows, cancellation);
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
                Labels = rows.Labels,
            },
            cancellation);
    }

    private static async Task WriteInOrderAsync(
        ShardEvents events, SampleSelection selection, DataSplit split, long memory, TrainingRows rows, CancellationToken cancellation)
    {
        (long count, long particleRows) = await events.SurelyFitAsync(memory, cancellation) ? default : await events.MeasureAsync(cancellation);
        long bytes = EventTable.BytesOf(count, particleRows);
        int slices = (int)Math.Clamp(bytes / Math.Max(1, memory) + 1, 1, Math.Max(1, count));
        using var buffer = new EventBuffer();
        for (int slice = 0; slice < slices; slice++)
        {
            buffer.Clear();
            // Slices of a shuffled order differ by little.
            if (slice == 0)
                buffer.Reserve(WithMargin(count), WithMargin(particleRows));
            await events.ForEachAsync(
                (table, row) =>
                {
                    if (SliceOf(table.Ids.Span[row]) == slice)
                        buffer.Add(table, row);
                },
                cancellation);
            EventTable table = buffer.Table;
            int[] order = OrderOf(table.Ids.Span, selection.Seed);
            foreach (int row in order)
                rows.Add(table, row);
            cancellation.ThrowIfCancellationRequested();
        }
        rows.Flush();

        long WithMargin(long ofAll) => slices == 1 ? ofAll : (ofAll / slices * 11 / 10) + 64;

        // Slices divide the shard's range of the order as shards divide the whole.
        int SliceOf(ulong id) =>
            (int)(Math.BigMul(EventIdentity.OrderKey(id, selection.Seed), (ulong)selection.ShardsOf(split) * (ulong)slices, out _) % (ulong)slices);
    }

    private static int[] OrderOf(ReadOnlySpan<ulong> ids, ulong seed)
    {
        ulong[] keys = new ulong[ids.Length];
        int[] order = new int[ids.Length];
        for (int row = 0; row < ids.Length; row++)
            (keys[row], order[row]) = (EventIdentity.OrderKey(ids[row], seed), row);
        Array.Sort(keys, order);
        return order;
    }
}
