namespace Dapr.Workflow;

/// <summary>A workflow as the worker sees it: untyped input and output.</summary>
public interface IWorkflow
{
    /// <summary>Type the input is deserialized to.</summary>
    Type InputType { get; }

    /// <summary>Type of the output.</summary>
    Type OutputType { get; }

    /// <summary>Runs, or replays, the workflow.</summary>
    Task<object?> RunAsync(WorkflowContext context, object? input);
}
