using DaprHep.Hosting.Runs;

namespace DaprHep.Hosting.Contracts;

/// <summary>Input of activity <c>PlanPartitions</c>: opens every file and cuts the entries into partitions.</summary>
public sealed record PlanPartitionsInput(
    string Run,
    string Store,
    IReadOnlyList<SampleFiles> Samples,
    IReadOnlyList<SampleFiles> TestSamples,
    string Physics,
    long? MaxEvents,
    bool HashInputs,
    int MaxBadFiles) : IRunInput
{
    /// <summary>How datasets are compressed; null for not at all.</summary>
    public string? Compression { get; init; }
}

/// <summary>Output of activity <c>PlanPartitions</c>.</summary>
/// <param name="Plan">Prefix of the plan's objects.</param>
/// <param name="Partitions">Number of partitions.</param>
/// <param name="Events">Number of entries in all of them.</param>
/// <param name="BadFiles">Number of files left out because they can't be read.</param>
public sealed record PlanPartitionsOutput(string Plan, int Partitions, long Events, int BadFiles);
