using DaprHep.Data.Datasets;
using DaprHep.Data.Events;
using DaprHep.Data.Sampling;

namespace DaprHep.Features;

/// <summary>The events of a partition that are drawn, by the place in the index of the shard they go to.</summary>
internal sealed class DrawnEvents(Dataset events, SampleSelection selection, DataSplit declared)
{
    /// <summary>How many events and particles go to each place; where they lie is not known yet.</summary>
    public async Task<ScatteredSegment[]> CountAsync(CancellationToken cancellation)
    {
        var counts = new ScatteredSegment[selection.TrainShards + selection.TestShards];
        await ForEachAsync(
            (table, row, place) =>
            {
                ReadOnlySpan<int> offsets = table.Offsets.Span;
                ScatteredSegment count = counts[place];
                counts[place] = count with { Rows = count.Rows + 1, ParticleRows = count.ParticleRows + offsets[row + 1] - offsets[row] };
            },
            cancellation);
        return counts;
    }

    /// <summary>Adds the events of a range of places to a buffer.</summary>
    /// <returns>The rows of the buffer that each place has.</returns>
    public async Task<List<int>[]> GatherAsync(int first, int end, EventBuffer buffer, CancellationToken cancellation)
    {
        var rows = new List<int>[end - first];
        for (int i = 0; i < rows.Length; i++)
            rows[i] = [];
        await ForEachAsync(
            (table, row, place) =>
            {
                if (place < first || place >= end)
                    return;
                rows[place - first].Add(buffer.Count);
                buffer.Add(table, row);
            },
            cancellation);
        return rows;
    }

    private Task ForEachAsync(Action<EventTable, int, int> visit, CancellationToken cancellation) => events.ForEachTableAsync(
        table =>
        {
            ReadOnlySpan<ulong> ids = table.Ids.Span;
            ReadOnlySpan<sbyte> labels = table.Labels.Span;
            for (int row = 0; row < ids.Length; row++)
            {
                DataSplit split = SampleSelection.SplitOf(ids[row], declared, selection.TrainShare);
                if (selection.Draws(ids[row], labels[row], declared, split))
                    visit(table, row, ScatteredEvents.PlaceOf(selection, split, selection.ShardOf(ids[row], split)));
            }
        },
        cancellation);
}
