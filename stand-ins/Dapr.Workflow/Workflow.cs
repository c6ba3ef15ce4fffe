namespace Dapr.Workflow;

/// <summary>
/// Base class of workflows. A workflow orders work and keeps no other state than its history: it is replayed from the start at
/// every turn, so it must be deterministic — time, ids and all I/O come from the context.
/// </summary>
/// <typeparam name="TInput">Input, serialized as JSON.</typeparam>
/// <typeparam name="TOutput">Output, serialized as JSON.</typeparam>
public abstract class Workflow<TInput, TOutput> : IWorkflow
{
    Type IWorkflow.InputType => typeof(TInput);

    Type IWorkflow.OutputType => typeof(TOutput);

    async Task<object?> IWorkflow.RunAsync(WorkflowContext context, object? input) => await RunAsync(context, (TInput)input!);

    /// <summary>The workflow's logic.</summary>
    public abstract Task<TOutput> RunAsync(WorkflowContext context, TInput input);
}
