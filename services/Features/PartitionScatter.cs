using System.Runtime.InteropServices;
using DaprHep.Data.Datasets;
using DaprHep.Data.Events;
using DaprHep.Data.Objects;
using DaprHep.Data.Sampling;
using DaprHep.Hosting.Contracts;
using DaprHep.Hosting.Telemetry;
using DaprHep.Physics;

namespace DaprHep.Features;

/// <summary>The first of two passes of the shuffle: brings a partition's drawn events together by the shard they go to.</summary>
public static class PartitionScatter
{
    private const int BatchEvents = 1024;
    private const int Alignment = 64;

    /// <summary>Scatters one partition; does nothing where that has been done.</summary>
    /// <param name="store">The store with the statistics, the plan and the converted partition.</param>
    /// <param name="statisticsKey">Key of the statistics object.</param>
    /// <param name="index">Index of the partition in the plan.</param>
    /// <param name="cancellation">Ends the work early.</param>
    public static async Task ScatterAsync(ObjectStore store, string statisticsKey, int index, CancellationToken cancellation)
    {
        FeatureStatistics statistics = await store.ReadJsonAsync(statisticsKey, StatisticsJson.Default.FeatureStatistics, cancellation);
        (PlanPage page, Partition partition) = await PlanObjects.FindAsync(store, statistics.Plan, index, cancellation);
        string events = EventDatasets.NameOf(page, partition), name = ScatteredEvents.NameOf(statisticsKey, events);
        if (await store.ExistsAsync(ScatteredEvents.IndexOf(name), cancellation))
            return;

        Dataset dataset = await Dataset.OpenAsync(store, events, cancellation);
        var contents = new List<ObjectContent>();
        try
        {
            var tables = new List<EventTable>();
            foreach (DatasetPart part in dataset.Manifest.Parts)
            {
                contents.Add(await dataset.ReadPartAsync(part, cancellation));
                tables.AddRange(EventFile.Read($"{events}/{part.Name}", contents[^1].Memory));
            }
            ScatteredSegment[] segments = await WriteAsync(store, ScatteredEvents.EventsOf(name), statistics, partition.Split, tables, cancellation);
            await store.WriteAsync(ScatteredEvents.IndexOf(name), MemoryMarshal.AsBytes(segments.AsSpan()).ToArray(), cancellation);
        }
        finally
        {
            contents.ForEach(content => content.Dispose());
        }
    }

    private static async Task<ScatteredSegment[]> WriteAsync(
        ObjectStore store, string key, FeatureStatistics statistics, DataSplit declared, List<EventTable> tables, CancellationToken cancellation)
    {
        SampleSelection selection = statistics.Selection;
        (int Table, int Row)[][] places = ByShard(selection, declared, tables);
        var segments = new ScatteredSegment[places.Length];
        var schema = EventSchema.Create(
            HlfColumns.Names, ParticleColumns.Names, new Dictionary<string, string> { ["physics"] = statistics.Physics });
        await using ObjectWriter target = await store.CreateAsync(key, cancellation);
        await using var output = new CountingStream(target.Stream);
        using var buffer = new EventBuffer();
        byte[] padding = new byte[Alignment];
        for (int shard = 0; shard < places.Length; shard++)
        {
            cancellation.ThrowIfCancellationRequested();
            if (places[shard].Length == 0)
                continue;
            long offset = output.Position, particles = 0;
            using (var writer = new EventFileWriter(output, schema, statistics.Compression))
            {
                foreach ((int Table, int Row)[] batch in places[shard].Chunk(BatchEvents))
                {
                    buffer.Clear();
                    foreach ((int table, int row) in batch)
                        buffer.Add(tables[table], row);
                    writer.Write(buffer.Table);
                    particles += buffer.Table.Offsets.Span[buffer.Count];
                }
                writer.Finish();
            }
            segments[shard] = new ScatteredSegment(offset, output.Position - offset, places[shard].Length, particles);
            output.Write(padding.AsSpan(0, (int)(-output.Position & (Alignment - 1))));
        }
        await target.CommitAsync(cancellation);
        Measures.StepWrote(Steps.Shards, output.Position);
        return segments;
    }

    // Where the events of each shard are in the tables.
    private static (int Table, int Row)[][] ByShard(SampleSelection selection, DataSplit declared, List<EventTable> tables)
    {
        var places = new List<(int Table, int Row)>[selection.TrainShards + selection.TestShards];
        for (int i = 0; i < places.Length; i++)
            places[i] = [];
        for (int t = 0; t < tables.Count; t++)
        {
            ReadOnlySpan<ulong> ids = tables[t].Ids.Span;
            ReadOnlySpan<sbyte> labels = tables[t].Labels.Span;
            for (int row = 0; row < ids.Length; row++)
            {
                DataSplit split = SampleSelection.SplitOf(ids[row], declared, selection.TrainShare);
                if (selection.Draws(ids[row], labels[row], declared, split))
                    places[ScatteredEvents.PlaceOf(selection, split, selection.ShardOf(ids[row], split))].Add((t, row));
            }
        }
        return [.. places.Select(list => list.ToArray())];
    }
}
