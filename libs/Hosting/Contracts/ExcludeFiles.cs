using DaprHep.Hosting.Runs;

namespace DaprHep.Hosting.Contracts;

/// <summary>Input of activity <c>ExcludeFiles</c>: a plan without the files that turned out bad in conversion.</summary>
/// <param name="Run">Name of the run.</param>
/// <param name="Store">URL of the object store.</param>
/// <param name="Plan">Prefix of the plan's objects.</param>
/// <param name="BadFiles">The files to leave out.</param>
public sealed record ExcludeFilesInput(string Run, string Store, string Plan, IReadOnlyList<BadFile> BadFiles) : IRunInput;

/// <summary>Output of activity <c>ExcludeFiles</c>.</summary>
/// <param name="Plan">Prefix of the new plan's objects.</param>
public sealed record ExcludeFilesOutput(string Plan);
