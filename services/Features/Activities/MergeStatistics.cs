using System.Globalization;
using Dapr.Workflow;
using DaprHep.Data.Datasets;
using DaprHep.Data.Objects;
using DaprHep.Hosting;
using DaprHep.Hosting.Contracts;
using DaprHep.Hosting.News;

namespace DaprHep.Features.Activities;

/// <summary>Merges the statistics of all converted partitions of a run.</summary>
public sealed class MergeStatistics(IProgressSink progress, WorkStopping stopping, DataMemory memory)
    : WorkflowActivity<MergeStatisticsInput, MergeStatisticsOutput>
{
    private const int StepVersion = 3;

    /// <inheritdoc/>
    public override async Task<MergeStatisticsOutput> RunAsync(WorkflowActivityContext context, MergeStatisticsInput input)
    {
        ObjectStore store = WorkStore.Open(input.Store);
        PartitionPlan plan = await PlanObjects.ReadAsync(store, input.Plan, stopping.Token);
        string key = KeyOf(plan, input.Seed);
        FeatureStatistics statistics;
        if (await store.ExistsAsync(key, stopping.Token))
        {
            statistics = await store.ReadJsonAsync(key, StatisticsJson.Default.FeatureStatistics, stopping.Token);
        }
        else
        {
            statistics = await StatisticsMerger.MergeAsync(
                store, plan, input.Seed, stopping.Token, keptKeys: StatisticsMerger.KeptKeysIn(memory.For(input.Memory).OfActivity));
            await store.WriteJsonAsync(key, statistics, StatisticsJson.Default.FeatureStatistics, stopping.Token);
        }
        long selected = statistics.Classes.Sum(c => c.Selected);
        progress.Report(new StepProgress(input.Run, Steps.Statistics, selected, selected));
        return new MergeStatisticsOutput(
            key, statistics.Selection.TrainShards, statistics.Selection.TestShards, selected, statistics.Classes.Sum(c => c.Train + c.Test))
        {
            Scattered = ScatteredEvents.AreNeededFor(statistics.Selection) ? plan.Partitions.Count : 0,
        };
    }

    private static string KeyOf(PartitionPlan plan, int seed) => ContentName.Of(
        "statistics",
        StepVersion,
        new Dictionary<string, string> { ["seed"] = seed.ToString(CultureInfo.InvariantCulture) },
        plan.Partitions.Select(partition => $"{EventDatasets.NameOf(plan, partition)}:{partition.Split}")) + ".json";
}
