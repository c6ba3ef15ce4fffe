using Dapr.Workflow.Client;

namespace Dapr.Workflow;

/// <summary>A workflow instance's state at the time of the query.</summary>
public sealed class WorkflowState
{
    private readonly WorkflowMetadata? _metadata;

    internal WorkflowState(WorkflowMetadata? metadata) => _metadata = metadata;

    /// <summary>Name of the workflow.</summary>
    public string? WorkflowName => _metadata?.Name;

    /// <summary>Whether the instance exists.</summary>
    public bool Exists => _metadata is not null;

    /// <summary>Whether it runs.</summary>
    public bool IsWorkflowRunning => _metadata?.RuntimeStatus == WorkflowRuntimeStatus.Running;

    /// <summary>Whether it has ended.</summary>
    public bool IsWorkflowCompleted => _metadata?.RuntimeStatus is
        WorkflowRuntimeStatus.Completed or WorkflowRuntimeStatus.Failed or WorkflowRuntimeStatus.Terminated;

    /// <summary>When it was created.</summary>
    public DateTimeOffset CreatedAt => _metadata?.CreatedAt ?? default;

    /// <summary>When its state last changed.</summary>
    public DateTimeOffset LastUpdatedAt => _metadata?.LastUpdatedAt ?? default;

    /// <summary>Its status.</summary>
    public WorkflowRuntimeStatus RuntimeStatus => _metadata?.RuntimeStatus ?? WorkflowRuntimeStatus.Unknown;

    /// <summary>Why it failed; null otherwise, and when the query left outputs out.</summary>
    public WorkflowTaskFailureDetails? FailureDetails => _metadata?.FailureDetails;

    /// <summary>Its input; default when there is none or the query left it out.</summary>
    public T? ReadInputAs<T>() => Read<T>(_metadata?.SerializedInput);

    /// <summary>Its output; default when there is none or the query left it out.</summary>
    public T? ReadOutputAs<T>() => Read<T>(_metadata?.SerializedOutput);

    /// <summary>Its custom status; default when there is none or the query left it out.</summary>
    public T? ReadCustomStatusAs<T>() => Read<T>(_metadata?.SerializedCustomStatus);

    private T? Read<T>(string? json) => string.IsNullOrEmpty(json) ? default : _metadata!.Serializer.Deserialize<T>(json);
}
