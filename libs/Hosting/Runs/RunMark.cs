namespace DaprHep.Hosting.Runs;

/// <summary>What a run's mark says to whoever works for it.</summary>
public enum RunMark
{
    /// <summary>There is none: work goes on.</summary>
    None,

    /// <summary>The run rests: work that has begun comes to its next stop, other work does not begin.</summary>
    Suspended,

    /// <summary>The run has failed: what still works for it is of no use.</summary>
    Failed,

    /// <summary>The run was cancelled.</summary>
    Cancelled,
}
