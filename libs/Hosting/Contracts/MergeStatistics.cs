using DaprHep.Hosting.Runs;

namespace DaprHep.Hosting.Contracts;

/// <summary>Input of activity <c>MergeStatistics</c>: counts, ranges and the draw, over all partitions of a plan.</summary>
public sealed record MergeStatisticsInput(string Run, string Store, string Plan, int Seed) : IRunInput
{
    /// <summary>As <see cref="PipelineRequest.Memory"/>.</summary>
    public long? Memory { get; init; }
}

/// <summary>Output of activity <c>MergeStatistics</c>.</summary>
/// <param name="Statistics">Key of the statistics object.</param>
/// <param name="TrainShards">Number of training shards to build.</param>
/// <param name="TestShards">Number of test shards to build.</param>
/// <param name="Selected">Events looked at.</param>
/// <param name="Drawn">Events drawn for training and testing.</param>
public sealed record MergeStatisticsOutput(string Statistics, int TrainShards, int TestShards, long Selected, long Drawn)
{
    /// <summary>Number of partitions to scatter before shards are built; 0 where shards are few and read all partitions.</summary>
    public int Scattered { get; init; }
}
