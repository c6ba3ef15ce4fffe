namespace Dapr.Workflow.Client;

/// <summary>One event of an instance's history.</summary>
/// <param name="EventId">Id of the action that made it; -1 for events from outside.</param>
/// <param name="EventType">What happened.</param>
/// <param name="Timestamp">When, UTC.</param>
public sealed record WorkflowHistoryEvent(int EventId, WorkflowHistoryEventType EventType, DateTime Timestamp);

/// <summary>Kinds of history events.</summary>
public enum WorkflowHistoryEventType
{
    /// <summary>A kind this version does not know.</summary>
    Unknown = 0,

    /// <summary>The execution started.</summary>
    ExecutionStarted,

    /// <summary>The execution ended.</summary>
    ExecutionCompleted,

    /// <summary>A terminate call came.</summary>
    ExecutionTerminated,

    /// <summary>An activity was scheduled.</summary>
    TaskScheduled,

    /// <summary>An activity ended well.</summary>
    TaskCompleted,

    /// <summary>An activity failed.</summary>
    TaskFailed,

    /// <summary>A child workflow was created.</summary>
    SubOrchestrationInstanceCreated,

    /// <summary>A child workflow ended well.</summary>
    SubOrchestrationInstanceCompleted,

    /// <summary>A child workflow failed.</summary>
    SubOrchestrationInstanceFailed,

    /// <summary>A timer was set.</summary>
    TimerCreated,

    /// <summary>A timer fired.</summary>
    TimerFired,

    /// <summary>A turn began.</summary>
    OrchestratorStarted,

    /// <summary>A turn ended.</summary>
    OrchestratorCompleted,

    /// <summary>An event was sent to another instance.</summary>
    EventSent,

    /// <summary>An external event came.</summary>
    EventRaised,

    /// <summary>Any other event.</summary>
    GenericEvent,

    /// <summary>A snapshot of state.</summary>
    HistoryState,

    /// <summary>The workflow went on with a fresh history.</summary>
    ContinueAsNew,

    /// <summary>The instance was suspended.</summary>
    ExecutionSuspended,

    /// <summary>The instance was resumed.</summary>
    ExecutionResumed,

    /// <summary>No worker has the version the instance needs.</summary>
    ExecutionStalled,
}
