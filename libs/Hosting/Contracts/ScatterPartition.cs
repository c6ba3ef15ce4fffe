using System.Globalization;
using DaprHep.Hosting.Runs;

namespace DaprHep.Hosting.Contracts;

/// <summary>Input of activity <c>ScatterPartition</c>: the first pass of the shuffle, over one partition.</summary>
/// <param name="Run">Name of the run.</param>
/// <param name="Store">URL of the object store.</param>
/// <param name="Statistics">Key of the statistics object.</param>
/// <param name="Index">Index of the partition in the plan.</param>
public sealed record ScatterPartitionInput(string Run, string Store, string Statistics, int Index) : IRunInput
{
    /// <summary>As <see cref="PipelineRequest.Memory"/>.</summary>
    public long? Memory { get; init; }

    string? IRunInput.Part => Index.ToString(CultureInfo.InvariantCulture);
}
