namespace Dapr.Workflow.Abstractions;

/// <summary>An activity as the worker sees it: untyped input and output.</summary>
public interface IWorkflowActivity
{
    /// <summary>Type the input is deserialized to.</summary>
    Type InputType { get; }

    /// <summary>Type of the output.</summary>
    Type OutputType { get; }

    /// <summary>Runs the activity.</summary>
    Task<object?> RunAsync(WorkflowActivityContext context, object? input);
}
