using DaprHep.Data.Datasets;
using DaprHep.Data.Events;
using DaprHep.Data.Objects;

namespace DaprHep.Trainer;

/// <summary>Unscaled features of selected events, enough of each class to draw their distributions.</summary>
internal static class FeatureSample
{
    private const int EventsOfAClass = 100_000;

    /// <summary>By feature, by class: the values of the first selected events.</summary>
    public static async Task<float[][][]> ReadAsync(ObjectStore store, PartitionPlan plan, CancellationToken cancellation)
    {
        List<float>[][] values = [.. Enumerable.Range(0, EventSchema.Features).Select(_ => EventClasses.Names.Select(_ => new List<float>()).ToArray())];
        foreach (Partition partition in plan.Partitions)
        {
            if (values[0][partition.Label].Count >= EventsOfAClass)
                continue;
            Dataset events = await EventDatasets.OpenAsync(store, plan, partition, cancellation);
            await events.ForEachTableAsync(
                table =>
                {
                    ReadOnlySpan<float> hlf = table.Hlf.Span;
                    for (int i = 0; i < hlf.Length; i++)
                        values[i % EventSchema.Features][partition.Label].Add(hlf[i]);
                },
                cancellation);
        }
        return [.. values.Select(byClass => byClass.Select(list => list.ToArray()).ToArray())];
    }
}
