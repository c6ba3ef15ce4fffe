namespace DaprHep.Hosting.Runs;

/// <summary>The work was stopped because its run was cancelled; trying again is of no use.</summary>
public sealed class RunCancelledException(string run) : Exception($"run {run} was cancelled");
