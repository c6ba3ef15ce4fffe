using System.Runtime.InteropServices;
using Apache.Arrow;
using DaprHep.Data.Datasets;
using DaprHep.Data.Events;
using DaprHep.Data.Objects;
using DaprHep.Hosting.Contracts;
using DaprHep.Hosting.Telemetry;
using DaprHep.Physics;

namespace DaprHep.Features;

/// <summary>
/// The first of two passes of the shuffle: brings a partition's drawn events together by the shard they go to. A partition that does not fit
/// the memory is gone through once for each range of shards whose events do, with the same bytes as a result.
/// </summary>
public static class PartitionScatter
{
    private const int BatchEvents = 1024;
    private const int Alignment = 64;

    /// <summary>Scatters one partition; does nothing where that has been done.</summary>
    /// <param name="store">The store with the statistics, the plan and the converted partition.</param>
    /// <param name="statisticsKey">Key of the statistics object.</param>
    /// <param name="index">Index of the partition in the plan.</param>
    /// <param name="memory">Bytes of events to hold at a time; record batches come in addition.</param>
    /// <param name="cancellation">Ends the work early.</param>
    public static async Task ScatterAsync(ObjectStore store, string statisticsKey, int index, long memory, CancellationToken cancellation)
    {
        FeatureStatistics statistics = await store.ReadJsonAsync(statisticsKey, StatisticsJson.Default.FeatureStatistics, cancellation);
        (PlanPage page, Partition partition) = await PlanObjects.FindAsync(store, statistics.Plan, index, cancellation);
        string events = EventDatasets.NameOf(page, partition), name = ScatteredEvents.NameOf(statisticsKey, events);
        if (await store.ExistsAsync(ScatteredEvents.IndexOf(name), cancellation))
            return;

        Dataset dataset = await Dataset.OpenAsync(store, events, cancellation);
        var drawn = new DrawnEvents(dataset, statistics.Selection, partition.Split);
        ScatteredSegment[] segments = await WriteAsync(store, ScatteredEvents.EventsOf(name), statistics, drawn, memory, cancellation);
        await store.WriteAsync(ScatteredEvents.IndexOf(name), MemoryMarshal.AsBytes(segments.AsSpan()).ToArray(), cancellation);
    }

    private static async Task<ScatteredSegment[]> WriteAsync(
        ObjectStore store, string key, FeatureStatistics statistics, DrawnEvents drawn, long memory, CancellationToken cancellation)
    {
        ScatteredSegment[] segments = await drawn.CountAsync(cancellation);
        var schema = EventSchema.Create(
            HlfColumns.Names, ParticleColumns.Names, new Dictionary<string, string> { ["physics"] = statistics.Physics });
        await using ObjectWriter target = await store.CreateAsync(key, cancellation);
        using EventBuffer held = new(), batch = new();
        for (int first = 0, end; first < segments.Length; first = end)
        {
            end = EndOfRange(segments, first, memory);
            held.Clear();
            held.Reserve(segments[first..end].Sum(segment => segment.Rows), segments[first..end].Sum(segment => segment.ParticleRows));
            List<int>[] rows = await drawn.GatherAsync(first, end, held, cancellation);
            for (int place = first; place < end; place++)
            {
                if (rows[place - first].Count > 0)
                    segments[place] = WriteSegment(target.Stream, schema, statistics.Compression, segments[place], held.Table, rows[place - first], batch);
            }
        }
        long bytes = target.Stream.Position;
        await target.CommitAsync(cancellation);
        Measures.StepWrote(Steps.Shards, bytes);
        return segments;
    }

    // One past the last shard that fits, with those from the first on.
    private static int EndOfRange(ScatteredSegment[] segments, int first, long memory)
    {
        int end = first;
        for (long left = memory; end < segments.Length; end++)
        {
            left -= EventTable.BytesOf(segments[end].Rows, segments[end].ParticleRows);
            if (left < 0 && end > first)
                break;
        }
        return end;
    }

    private static ScatteredSegment WriteSegment(
        Stream output, Schema schema, string? compression, ScatteredSegment counted, in EventTable events, List<int> rows, EventBuffer batch)
    {
        long offset = output.Position;
        using (var writer = new EventFileWriter(output, schema, compression))
        {
            for (int first = 0; first < rows.Count; first += BatchEvents)
            {
                batch.Clear();
                foreach (int row in CollectionsMarshal.AsSpan(rows)[first..Math.Min(rows.Count, first + BatchEvents)])
                    batch.Add(events, row);
                writer.Write(batch.Table);
            }
            writer.Finish();
        }
        long bytes = output.Position - offset;
        Span<byte> padding = stackalloc byte[Alignment];
        padding.Clear();
        output.Write(padding[..(int)(-output.Position & (Alignment - 1))]);
        return counted with { Offset = offset, Bytes = bytes };
    }
}
