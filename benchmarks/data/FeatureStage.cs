using DaprHep.Data.Datasets;
using DaprHep.Data.Objects;
using DaprHep.Data.Sampling;
using DaprHep.Features;
using DaprHep.Hosting;

namespace DaprHep.Benchmarks.Data;

/// <summary>The feature stage of a plan, with the calls that the activities of the feature service make, as many at a time as cores.</summary>
internal sealed class FeatureStage(ObjectStore store, DataMemory memory, int atATime)
{
    /// <summary>Called when all partitions have been scattered, and are not needed any more.</summary>
    public Action Scattered { get; init; } = () => { };

    /// <summary>Merges statistics, scatters where shards are many, and builds all shards.</summary>
    /// <returns>Key of the statistics.</returns>
    public async Task<string> RunAsync(string planKey)
    {
        PartitionPlan plan = await PlanObjects.ReadAsync(store, planKey);
        FeatureStatistics statistics = await StatisticsMerger.MergeAsync(
            store, plan, seed: 1, CancellationToken.None, keptKeys: StatisticsMerger.KeptKeysIn(memory.OfActivity));
        string key = ContentName.Of("statistics", 1, new Dictionary<string, string>(), [plan.Key]) + ".json";
        await store.WriteJsonAsync(key, statistics, StatisticsJson.Default.FeatureStatistics);
        long bytes = memory.OfActivity / 2;
        if (ScatteredEvents.AreNeededFor(statistics.Selection))
        {
            await EachAsync(plan.Partitions.Count, index => PartitionScatter.ScatterAsync(store, key, index, bytes, CancellationToken.None));
            Scattered();
        }
        SampleSelection selection = statistics.Selection;
        await EachAsync(selection.TrainShards, index => ShardBuilder.BuildAsync(store, key, DataSplit.Train, index, bytes, CancellationToken.None));
        await EachAsync(selection.TestShards, index => ShardBuilder.BuildAsync(store, key, DataSplit.Test, index, bytes, CancellationToken.None));
        return key;
    }

    private Task EachAsync(int count, Func<int, Task> call) => Parallel.ForEachAsync(
        Enumerable.Range(0, count),
        new ParallelOptions { MaxDegreeOfParallelism = atATime },
        async (index, cancellation) => await Task.Run(() => call(index), cancellation));
}
