using System.Text.Json;
using DaprHep.Data.Datasets;
using DaprHep.Data.Events;
using DaprHep.Data.Sampling;
using DaprHep.Physics;

namespace DaprHep.Features.Tests;

/// <summary>What the feature stage learns of all partitions.</summary>
public sealed class StatisticsTests : IDisposable
{
    private readonly MadeUpStore _store = new();

    public void Dispose() => _store.Dispose();

    [Theory]
    [InlineData(0)]
    [InlineData(100)]
    [InlineData(450)]
    public async Task Keys_that_are_not_kept_are_found_by_a_second_pass(int keptKeys)
    {
        PartitionPlan plan = await _store.PlanAsync([(1, 0, 900), (2, 1, 500), (3, 2, 700)], 300);
        FeatureStatistics kept = (await _store.MergeAsync(plan, 400)).Statistics;
        FeatureStatistics passed = (await _store.MergeAsync(plan, 400, keptKeys: keptKeys)).Statistics;
        JsonSerializer.Serialize(passed, StatisticsJson.Default.FeatureStatistics)
            .ShouldBe(JsonSerializer.Serialize(kept, StatisticsJson.Default.FeatureStatistics));
    }

    [Fact]
    public async Task Means_and_variances_are_those_of_the_training_events()
    {
        PartitionPlan plan = await _store.PlanAsync([(1, 0, 900), (2, 1, 500), (3, 2, 700)], 300);
        FeatureStatistics statistics = (await _store.MergeAsync(plan, 400)).Statistics;
        var rows = new List<float[]>();
        foreach (Partition partition in plan.Partitions)
        {
            EventTable table = MadeUpStore.EventsOf(plan, partition);
            for (int i = 0; i < table.Count; i++)
            {
                if (SampleSelection.SplitOf(table.Ids.Span[i], partition.Split, 0.8) == DataSplit.Train)
                    rows.Add(table.HlfOf(i).ToArray());
            }
        }
        for (int column = 0; column < HlfColumns.Count; column++)
        {
            double mean = rows.Average(row => (double)row[column]);
            double variance = rows.Average(row => (row[column] - mean) * (row[column] - mean));
            statistics.Mean[column].ShouldBe(mean, Math.Abs(mean) * 1e-11);
            statistics.Variance[column].ShouldBe(variance, variance * 1e-11);
            statistics.Minimum[column].ShouldBe(rows.Min(row => row[column]));
            statistics.Maximum[column].ShouldBe(rows.Max(row => row[column]));
        }
    }
}
