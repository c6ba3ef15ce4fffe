using Microsoft.Extensions.Logging;

namespace Dapr.Workflow;

/// <summary>A running workflow's door to the world. All members may be used on the workflow's own thread only.</summary>
public abstract class WorkflowContext : IWorkflowContext
{
    /// <summary>Name of the workflow.</summary>
    public abstract string Name { get; }

    /// <summary>Id of this instance.</summary>
    public abstract string InstanceId { get; }

    /// <inheritdoc />
    public abstract DateTime CurrentUtcDateTime { get; }

    /// <inheritdoc />
    public abstract bool IsReplaying { get; }

    /// <inheritdoc />
    public abstract bool IsPatched(string patchName);

    /// <summary>Runs an activity.</summary>
    /// <exception cref="WorkflowTaskFailedException">The activity failed, after the retries of <paramref name="options"/>.</exception>
    public virtual Task CallActivityAsync(string name, object? input = null, WorkflowTaskOptions? options = null) =>
        CallActivityAsync<object>(name, input, options);

    /// <summary>Runs an activity and returns its result.</summary>
    /// <exception cref="WorkflowTaskFailedException">The activity failed, after the retries of <paramref name="options"/>.</exception>
    public abstract Task<T> CallActivityAsync<T>(string name, object? input = null, WorkflowTaskOptions? options = null);

    /// <summary>A durable timer over a delay.</summary>
    public virtual Task CreateTimer(TimeSpan delay, CancellationToken cancellationToken = default) =>
        CreateTimer(CurrentUtcDateTime.Add(delay), cancellationToken);

    /// <summary>A durable timer until a time (UTC); a time in the past fires at once.</summary>
    public abstract Task CreateTimer(DateTime fireAt, CancellationToken cancellationToken);

    /// <summary>
    /// Waits for an external event. Names are compared without regard to case; events that came before the wait are kept and
    /// handed out in order of arrival.
    /// </summary>
    /// <exception cref="TaskCanceledException"><paramref name="cancellationToken"/> was cancelled first.</exception>
    public abstract Task<T> WaitForExternalEventAsync<T>(string eventName, CancellationToken cancellationToken = default);

    /// <summary>Waits for an external event for at most <paramref name="timeout"/>; a negative one means without end.</summary>
    /// <exception cref="TaskCanceledException">The event did not come in time.</exception>
    public abstract Task<T> WaitForExternalEventAsync<T>(string eventName, TimeSpan timeout);

    /// <summary>Raises an external event for another instance of the same app.</summary>
    public abstract void SendEvent(string instanceId, string eventName, object payload);

    /// <summary>Sets what a status query shows besides the runtime status; null clears it.</summary>
    public abstract void SetCustomStatus(object? customStatus);

    /// <summary>Runs a child workflow and returns its result.</summary>
    /// <exception cref="WorkflowTaskFailedException">The child failed, after the retries of <paramref name="options"/>.</exception>
    public abstract Task<TResult> CallChildWorkflowAsync<TResult>(
        string workflowName, object? input = null, ChildWorkflowTaskOptions? options = null);

    /// <summary>Runs a child workflow.</summary>
    /// <exception cref="WorkflowTaskFailedException">The child failed, after the retries of <paramref name="options"/>.</exception>
    public virtual Task CallChildWorkflowAsync(string workflowName, object? input = null, ChildWorkflowTaskOptions? options = null) =>
        CallChildWorkflowAsync<object>(workflowName, input, options);

    /// <summary>A logger that is silent while the workflow replays.</summary>
    public abstract ILogger CreateReplaySafeLogger(string categoryName);

    /// <inheritdoc cref="CreateReplaySafeLogger(string)" />
    public abstract ILogger CreateReplaySafeLogger(Type type);

    /// <inheritdoc cref="CreateReplaySafeLogger(string)" />
    public abstract ILogger CreateReplaySafeLogger<T>();

    /// <summary>
    /// Starts the workflow anew with a fresh history, under the same id. The workflow should return right after the call.
    /// Results of work still under way are dropped.
    /// </summary>
    /// <param name="newInput">Input of the new execution.</param>
    /// <param name="preserveUnprocessedEvents">Whether external events that nobody has taken go over to the new execution.</param>
    public abstract void ContinueAsNew(object? newInput = null, bool preserveUnprocessedEvents = true);

    /// <summary>A new id, the same in every replay (UUID version 5).</summary>
    public abstract Guid NewGuid();
}
