namespace DaprHep.WorkflowProtocol;

/// <summary>Paths of the sidecar's workflow service.</summary>
public static class SidecarMethod
{
    /// <summary>The service's path prefix.</summary>
    public const string Service = "/TaskHubSidecarService/";
    /// <summary>Says that the sidecar is there.</summary>
    public const string Hello = Service + "Hello";
    /// <summary>Starts a workflow.</summary>
    public const string StartInstance = Service + "StartInstance";
    /// <summary>An instance's state.</summary>
    public const string GetInstance = Service + "GetInstance";
    /// <summary>Answers when the instance has left PENDING.</summary>
    public const string WaitForInstanceStart = Service + "WaitForInstanceStart";
    /// <summary>Answers when the instance has ended.</summary>
    public const string WaitForInstanceCompletion = Service + "WaitForInstanceCompletion";
    /// <summary>Raises an external event.</summary>
    public const string RaiseEvent = Service + "RaiseEvent";
    /// <summary>Terminates an instance.</summary>
    public const string TerminateInstance = Service + "TerminateInstance";
    /// <summary>Suspends an instance.</summary>
    public const string SuspendInstance = Service + "SuspendInstance";
    /// <summary>Resumes a suspended instance.</summary>
    public const string ResumeInstance = Service + "ResumeInstance";
    /// <summary>Deletes ended instances.</summary>
    public const string PurgeInstances = Service + "PurgeInstances";
    /// <summary>The stream of work for a worker.</summary>
    public const string GetWorkItems = Service + "GetWorkItems";
    /// <summary>A worker's answer to an activity.</summary>
    public const string CompleteActivityTask = Service + "CompleteActivityTask";
    /// <summary>A worker's answer to a workflow turn, older name.</summary>
    public const string CompleteOrchestratorTask = Service + "CompleteOrchestratorTask";
    /// <summary>A worker's answer to a workflow turn.</summary>
    public const string CompleteWorkflowTask = Service + "CompleteWorkflowTask";
    /// <summary>Starts a copy of an ended instance from one of its events.</summary>
    public const string RerunWorkflowFromEvent = Service + "RerunWorkflowFromEvent";
    /// <summary>Lists an app's instances.</summary>
    public const string ListInstanceIds = Service + "ListInstanceIDs";
    /// <summary>An instance's history.</summary>
    public const string GetInstanceHistory = Service + "GetInstanceHistory";
}
