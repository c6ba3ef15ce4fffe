namespace Dapr.Workflow;

/// <summary>An activity or a child workflow failed.</summary>
public class WorkflowTaskFailedException(string message, WorkflowTaskFailureDetails failureDetails) : Exception(message)
{
    /// <summary>The failure as the worker reported it.</summary>
    public WorkflowTaskFailureDetails FailureDetails { get; } =
        failureDetails ?? throw new ArgumentNullException(nameof(failureDetails));
}
