using Dapr.Common.Serialization;
using DaprHep.WorkflowProtocol;
using Google.Protobuf.WellKnownTypes;
using Microsoft.Extensions.Logging;

namespace Dapr.Workflow.Worker;

/// <summary>The context a workflow sees during one turn. Conventions (numbers, ids, timers, texts) are those of the official SDK
/// 1.18.</summary>
internal sealed class TurnContext(
    string name, string? appId, string instanceId, string? executionId, PatchLedger patches, IDaprSerializer serializer, ILoggerFactory loggers, TurnThread thread)
    : WorkflowContext
{
    private readonly DeterministicIds _ids = new(instanceId, executionId);
    private DateTime _now;
    private bool _isReplaying;

    public ActionLedger Ledger { get; } = new();

    public EventInbox Inbox { get; } = new();

    public object? CustomStatus { get; private set; }

    /// <summary>The completion that ContinueAsNew asked for.</summary>
    public WorkflowAction? Continuation { get; private set; }

    public bool KeepsEvents { get; private set; }

    public override string Name => name;

    public override string InstanceId => instanceId;

    public override DateTime CurrentUtcDateTime => _now;

    public override bool IsReplaying => _isReplaying;

    public void TurnStarted(DateTime time) => _now = time;

    public void Replays(bool value) => _isReplaying = value;

    public override bool IsPatched(string patchName)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(patchName);
        CheckThread();
        return patches.IsPatched(patchName, _isReplaying);
    }

    public override Task<T> CallActivityAsync<T>(string name, object? input = null, WorkflowTaskOptions? options = null)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(name);
        CheckThread();
        if (options?.RetryPolicy is not { } policy)
            return ActivityAsync<T>(name, input, options);
        var firstTask = _ids.TaskExecution(Ledger.NextId, name);
        return RetryAsync(
            policy,
            () => ActivityAsync<T>(name, input, options),
            action => action.ActivityRetry = new TimerOriginActivityRetry { TaskExecutionId = firstTask });
    }

    public override Task<TResult> CallChildWorkflowAsync<TResult>(
        string workflowName, object? input = null, ChildWorkflowTaskOptions? options = null)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(workflowName);
        CheckThread();
        if (options?.RetryPolicy is not { } policy)
            return ChildAsync<TResult>(workflowName, input, options);
        var firstId = options.InstanceId ?? NewGuid().ToString();
        return RetryAsync(
            policy,
            () => ChildAsync<TResult>(workflowName, input, options),
            action => action.ChildWorkflowRetry = new TimerOriginChildWorkflowRetry { InstanceId = firstId });
    }

    public override Task CreateTimer(DateTime fireAt, CancellationToken cancellationToken)
    {
        CheckThread();
        var due = fireAt.Kind == DateTimeKind.Local ? fireAt.ToUniversalTime() : DateTime.SpecifyKind(fireAt, DateTimeKind.Utc);
        return Timer(due, action => action.CreateTimer = new TimerOriginCreateTimer(), cancellationToken);
    }

    public override async Task<T> WaitForExternalEventAsync<T>(string eventName, CancellationToken cancellationToken = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(eventName);
        CheckThread();
        var raised = await Inbox.WaitAsync(eventName, cancellationToken).ConfigureAwait(false);
        return serializer.Deserialize<T>(raised.EventRaised.Input)!;
    }

    public override async Task<T> WaitForExternalEventAsync<T>(string eventName, TimeSpan timeout)
    {
        ArgumentException.ThrowIfNullOrEmpty(eventName);
        CheckThread();
        if (timeout == TimeSpan.Zero)
            throw new TaskCanceledException($"The wait for event '{eventName}' had no time at all.");
        using var stopTimer = new CancellationTokenSource();
        using var stopWait = new CancellationTokenSource();
        var origin = new TimerOriginExternalEvent { Name = eventName };
        var late = timeout < TimeSpan.Zero
            ? OpenTimer(ActionLedger.Never, action => action.ExternalEvent = origin, stopTimer.Token)
            : Timer(_now + timeout, action => action.ExternalEvent = origin, stopTimer.Token);
        var wait = WaitForExternalEventAsync<T>(eventName, stopWait.Token);
        var first = await Task.WhenAny(late, wait).ConfigureAwait(false);
        if (first == wait)
            stopTimer.Cancel();
        else
            stopWait.Cancel();
        return await wait.ConfigureAwait(false);
    }

    public override void SendEvent(string instanceId, string eventName, object payload)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(instanceId);
        ArgumentException.ThrowIfNullOrWhiteSpace(eventName);
        CheckThread();
        throw new NotSupportedException(
            $"Event '{eventName}' for instance '{instanceId}' cannot be sent from a workflow: the Dapr runtime 1.18 repeats such a turn "
            + "for ever. Call an activity that uses DaprWorkflowClient.RaiseEventAsync instead.");
    }

    public override void SetCustomStatus(object? customStatus)
    {
        CheckThread();
        CustomStatus = customStatus;
    }

    public override void ContinueAsNew(object? newInput = null, bool preserveUnprocessedEvents = true)
    {
        CheckThread();
        if (Continuation is not null)
            throw new InvalidOperationException($"Workflow '{name}' called ContinueAsNew twice in one execution.");
        KeepsEvents = preserveUnprocessedEvents;
        Continuation = new WorkflowAction
        {
            CompleteWorkflow = new CompleteWorkflowAction
            {
                WorkflowStatus = OrchestrationStatus.ContinuedAsNew,
                Result = serializer.Serialize(newInput),
            },
        };
        Ledger.Add(Continuation);
    }

    public override Guid NewGuid()
    {
        CheckThread();
        return _ids.Next();
    }

    public override ILogger CreateReplaySafeLogger(string categoryName) => new ReplaySafeLogger(loggers.CreateLogger(categoryName), this);

    public override ILogger CreateReplaySafeLogger(System.Type type) => new ReplaySafeLogger(loggers.CreateLogger(type), this);

    public override ILogger CreateReplaySafeLogger<T>() => new ReplaySafeLogger(loggers.CreateLogger<T>(), this);

    private async Task<T> ActivityAsync<T>(string activity, object? input, WorkflowTaskOptions? options)
    {
        var router = RouterTo(options?.TargetAppId);
        var action = new ScheduleTaskAction
        {
            Name = activity,
            Input = serializer.Serialize(input),
            Router = router,
            TaskExecutionId = _ids.TaskExecution(Ledger.NextId, activity),
        };
        var answer = await Ledger.Open(new WorkflowAction { ScheduleTask = action, Router = router }).ConfigureAwait(false);
        if (answer.TaskCompleted is { } completed)
            return serializer.Deserialize<T>(completed.Result)!;
        var failure = Failure(answer.TaskFailed.FailureDetails);
        throw new WorkflowTaskFailedException($"Task failed: {failure.ErrorMessage}", failure);
    }

    private async Task<T> ChildAsync<T>(string workflow, object? input, ChildWorkflowTaskOptions? options)
    {
        var router = RouterTo(options?.TargetAppId);
        var action = new CreateChildWorkflowAction
        {
            Name = workflow,
            InstanceId = options?.InstanceId ?? NewGuid().ToString(),
            Input = serializer.Serialize(input),
            Router = router,
        };
        var answer = await Ledger.Open(new WorkflowAction { CreateChildWorkflow = action, Router = router }).ConfigureAwait(false);
        if (answer.ChildWorkflowInstanceCompleted is { } completed)
            return serializer.Deserialize<T>(completed.Result)!;
        throw new WorkflowTaskFailedException(
            $"Child workflow '{workflow}' failed", Failure(answer.ChildWorkflowInstanceFailed.FailureDetails));
    }

    // As in the official SDK, a failure that is marked non-retriable is retried like any other.
    private async Task<T> RetryAsync<T>(WorkflowRetryPolicy policy, Func<Task<T>> call, Action<CreateTimerAction> origin)
    {
        var end = policy.RetryTimeout == Timeout.InfiniteTimeSpan || policy.RetryTimeout > DateTime.MaxValue - _now
            ? DateTime.MaxValue
            : _now + policy.RetryTimeout;
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                return await call().ConfigureAwait(false);
            }
            catch (WorkflowTaskFailedException) when (attempt < policy.MaxNumberOfAttempts && _now < end)
            {
                await Timer(_now + policy.DelayAfter(attempt), origin, CancellationToken.None).ConfigureAwait(false);
            }
        }
    }

    private Task<HistoryEvent> Timer(DateTime due, Action<CreateTimerAction> origin, CancellationToken cancellation) =>
        OpenTimer(Timestamp.FromDateTime(due), origin, cancellation);

    private Task<HistoryEvent> OpenTimer(Timestamp due, Action<CreateTimerAction> origin, CancellationToken cancellation)
    {
        var timer = new CreateTimerAction { FireAt = due };
        origin(timer);
        return Ledger.Open(new WorkflowAction { CreateTimer = timer }, cancellation);
    }

    private TaskRouter? RouterTo(string? targetAppId) =>
        string.IsNullOrWhiteSpace(targetAppId) ? null : new TaskRouter { SourceAppID = appId ?? string.Empty, TargetAppID = targetAppId };

    private static WorkflowTaskFailureDetails Failure(TaskFailureDetails? details) =>
        new(details?.ErrorType ?? "Exception", details?.ErrorMessage ?? "Unknown error", details?.StackTrace)
        {
            IsNonRetriable = details?.IsNonRetriable ?? false,
        };

    private void CheckThread()
    {
        if (!thread.IsCurrent)
        {
            throw new InvalidOperationException(
                $"Workflow '{name}' used its context outside of its own thread. Workflows must not use Task.Run, Task.Delay, threads or I/O; "
                + "work belongs into activities, waiting into timers.");
        }
    }
}
