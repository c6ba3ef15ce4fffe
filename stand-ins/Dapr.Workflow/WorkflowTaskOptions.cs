namespace Dapr.Workflow;

/// <summary>How an activity is called.</summary>
/// <param name="RetryPolicy">Retries; null for none.</param>
/// <param name="TargetAppId">App that runs it; null for the workflow's own.</param>
public record WorkflowTaskOptions(WorkflowRetryPolicy? RetryPolicy = null, string? TargetAppId = null);

/// <summary>How a child workflow is called.</summary>
/// <param name="InstanceId">The child's id; null for a generated one.</param>
/// <param name="RetryPolicy">Retries; null for none.</param>
/// <param name="TargetAppId">App that runs it; null for the workflow's own.</param>
public record ChildWorkflowTaskOptions(string? InstanceId = null, WorkflowRetryPolicy? RetryPolicy = null, string? TargetAppId = null)
    : WorkflowTaskOptions(RetryPolicy, TargetAppId);
