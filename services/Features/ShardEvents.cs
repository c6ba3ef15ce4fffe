using DaprHep.Data.Datasets;
using DaprHep.Data.Events;
using DaprHep.Data.Objects;
using DaprHep.Data.Sampling;

namespace DaprHep.Features;

/// <summary>
/// The events of one shard, wherever they lie: its segments of the scattered partitions, or, where there are few shards, all partitions.
/// </summary>
internal sealed class ShardEvents(
    ObjectStore store, string statisticsKey, FeatureStatistics statistics, PartitionPlan plan, DataSplit split, int index)
{
    private readonly SampleSelection _selection = statistics.Selection;
    private readonly bool _scattered = ScatteredEvents.AreNeededFor(statistics.Selection);

    /// <summary>Whether it is plain without looking at any event that they take no more than so many bytes.</summary>
    public async Task<bool> SurelyFitAsync(long memory, CancellationToken cancellation)
    {
        if (_scattered || plan.Compression is not null)
            return false;
        foreach (Partition partition in plan.Partitions)
        {
            Dataset events = await EventDatasets.OpenAsync(store, plan, partition, cancellation);
            memory -= events.Manifest.Parts.Sum(part => part.Bytes);
            if (memory < 0)
                return false;
        }
        return true;
    }

    /// <summary>How many events, and how many particles they have.</summary>
    public async Task<(long Events, long ParticleRows)> MeasureAsync(CancellationToken cancellation)
    {
        long events = 0, particles = 0;
        if (_scattered)
        {
            foreach (Partition partition in plan.Partitions)
            {
                ScatteredSegment segment = await FindAsync(partition, cancellation);
                events += segment.Rows;
                particles += segment.ParticleRows;
            }
            return (events, particles);
        }
        await ForEachAsync(
            (table, row) =>
            {
                ReadOnlySpan<int> offsets = table.Offsets.Span;
                events++;
                particles += offsets[row + 1] - offsets[row];
            },
            cancellation);
        return (events, particles);
    }

    /// <summary>Calls <paramref name="visit"/> with table and row of every event, in the order of the plan.</summary>
    public async Task ForEachAsync(Action<EventTable, int> visit, CancellationToken cancellation)
    {
        foreach (Partition partition in plan.Partitions)
        {
            if (!_scattered)
            {
                Dataset events = await EventDatasets.OpenAsync(store, plan, partition, cancellation);
                await events.ForEachTableAsync(table => Filter(table, partition.Split, visit), cancellation);
                continue;
            }
            ScatteredSegment segment = await FindAsync(partition, cancellation);
            if (segment.Bytes == 0)
                continue;
            string key = ScatteredEvents.EventsOf(NameOf(partition));
            using ObjectContent content = await store.ReadRangeAsync(key, segment.Offset, (int)segment.Bytes, cancellation);
            foreach (EventTable table in EventFile.Read($"{key}, byte {segment.Offset}", content.Memory))
                Filter(table, partition.Split, visit);
            cancellation.ThrowIfCancellationRequested();
        }
    }

    private string NameOf(Partition partition) => ScatteredEvents.NameOf(statisticsKey, EventDatasets.NameOf(plan, partition));

    private Task<ScatteredSegment> FindAsync(Partition partition, CancellationToken cancellation) =>
        ScatteredEvents.FindAsync(store, NameOf(partition), ScatteredEvents.PlaceOf(_selection, split, index), cancellation);

    private void Filter(in EventTable table, DataSplit declared, Action<EventTable, int> visit)
    {
        ReadOnlySpan<ulong> ids = table.Ids.Span;
        ReadOnlySpan<sbyte> labels = table.Labels.Span;
        for (int row = 0; row < ids.Length; row++)
        {
            if (_selection.Draws(ids[row], labels[row], declared, split) && _selection.ShardOf(ids[row], split) == index)
                visit(table, row);
        }
    }
}
