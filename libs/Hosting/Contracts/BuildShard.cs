using System.Globalization;
using DaprHep.Hosting.Runs;

namespace DaprHep.Hosting.Contracts;

/// <summary>Input of activity <c>BuildShard</c>: one range of the shuffled order, scaled, as a dataset.</summary>
/// <param name="Run">Name of the run, for progress.</param>
/// <param name="Store">URL of the object store.</param>
/// <param name="Statistics">Key of the statistics object.</param>
/// <param name="Test">Whether it is a test shard.</param>
/// <param name="Index">Index of the shard in its split.</param>
/// <param name="TotalEvents">Events of all shards, for progress.</param>
public sealed record BuildShardInput(string Run, string Store, string Statistics, bool Test, int Index, long TotalEvents) : IRunInput
{
    /// <summary>As <see cref="PipelineRequest.Memory"/>.</summary>
    public long? Memory { get; init; }

    string? IRunInput.Part => string.Create(CultureInfo.InvariantCulture, $"{(Test ? "test" : "train")} {Index}");
}

/// <summary>Output of activity <c>BuildShard</c>.</summary>
/// <param name="Rows">Events in the shard.</param>
public sealed record BuildShardOutput(long Rows)
{
    /// <summary>The most memory that the process has had at any time, in bytes.</summary>
    public long PeakMemory { get; init; }
}
