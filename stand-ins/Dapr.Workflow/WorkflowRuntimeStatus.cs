namespace Dapr.Workflow;

/// <summary>State of a workflow instance.</summary>
public enum WorkflowRuntimeStatus
{
    /// <summary>No such instance, or a status this version does not know.</summary>
    Unknown = -1,

    /// <summary>Started and not ended.</summary>
    Running = 0,

    /// <summary>Ended with a result.</summary>
    Completed = 1,

    /// <summary>Went on under the same id with a fresh history.</summary>
    ContinuedAsNew = 2,

    /// <summary>Ended with an exception.</summary>
    Failed = 3,

    /// <summary>Cancelled.</summary>
    Canceled = 4,

    /// <summary>Ended by a terminate call.</summary>
    Terminated = 5,

    /// <summary>Scheduled, not started.</summary>
    Pending = 6,

    /// <summary>Suspended until a resume call.</summary>
    Suspended = 7,

    /// <summary>Needs a version of the workflow that no worker has.</summary>
    Stalled = 8,
}
