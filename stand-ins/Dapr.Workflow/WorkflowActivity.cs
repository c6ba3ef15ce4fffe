using Dapr.Workflow.Abstractions;

namespace Dapr.Workflow;

/// <summary>
/// Base class of activities, the units of work of a workflow. An activity may do anything, and may run more than once
/// (delivery is at least once), so what it writes must be idempotent.
/// </summary>
/// <typeparam name="TInput">Input, serialized as JSON.</typeparam>
/// <typeparam name="TOutput">Output, serialized as JSON.</typeparam>
public abstract class WorkflowActivity<TInput, TOutput> : IWorkflowActivity
{
    Type IWorkflowActivity.InputType => typeof(TInput);

    Type IWorkflowActivity.OutputType => typeof(TOutput);

    /// <inheritdoc />
    public async Task<object?> RunAsync(WorkflowActivityContext context, object? input) => await RunAsync(context, (TInput)input!);

    /// <summary>The activity's work.</summary>
    public abstract Task<TOutput> RunAsync(WorkflowActivityContext context, TInput input);
}
