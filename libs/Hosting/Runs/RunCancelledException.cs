namespace DaprHep.Hosting.Runs;

/// <summary>The work was stopped because its run was cancelled or has failed; trying again is of no use.</summary>
public sealed class RunCancelledException(string run) : Exception($"run {run} was cancelled or has failed")
{
    /// <summary>None: hundreds of activities may be stopped at once, and where each of them was is of no interest.</summary>
    public override string? StackTrace => null;
}
