namespace Dapr.Workflow.Worker;

/// <summary>A replay took another way than the history, or the workflow waited for something that is not in the history.</summary>
internal sealed class NonDeterministicWorkflowException(string message) : Exception(message);
