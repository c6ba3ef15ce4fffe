using System.Globalization;
using DaprHep.Hosting.Runs;

namespace DaprHep.Hosting.Contracts;

/// <summary>Input of activity <c>ConvertPartition</c>: one partition becomes one event dataset.</summary>
/// <param name="Run">Name of the run, for progress.</param>
/// <param name="Store">URL of the object store.</param>
/// <param name="Plan">Prefix of the plan's objects.</param>
/// <param name="Index">Index of the partition in the plan.</param>
/// <param name="TotalEvents">Entries of all partitions, for progress.</param>
/// <param name="MaxBadFiles">So many files that can't be read are outputs instead of failures.</param>
public sealed record ConvertPartitionInput(
    string Run, string Store, string Plan, int Index, long TotalEvents, int MaxBadFiles) : IRunInput
{
    string? IRunInput.Part => Index.ToString(CultureInfo.InvariantCulture);
}

/// <summary>Output of activity <c>ConvertPartition</c>.</summary>
/// <param name="Read">Events read.</param>
/// <param name="Selected">Events selected.</param>
/// <param name="BadFile">The partition's file, where it can't be read and that is allowed; null otherwise.</param>
public sealed record ConvertPartitionOutput(long Read, long Selected, BadFile? BadFile);
