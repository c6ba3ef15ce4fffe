using System.Diagnostics;
using Dapr.Common.Serialization;
using Dapr.Workflow.Client;
using Dapr.Workflow.Grpc;
using DaprHep.WorkflowProtocol;
using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;

namespace Dapr.Workflow;

/// <summary>Starts, watches and steers workflow instances of the sidecar's own app. All failures are <see cref="RpcException"/>s.</summary>
public sealed class DaprWorkflowClient : IAsyncDisposable, IDisposable
{
    private static readonly TimeSpan LongestWaitPause = TimeSpan.FromSeconds(15);
    private readonly SidecarChannel _channel;
    private readonly IDaprSerializer _serializer;
    private readonly bool _ownsChannel;

    internal DaprWorkflowClient(SidecarChannel channel, IDaprSerializer serializer, bool ownsChannel)
    {
        _channel = channel;
        _serializer = serializer;
        _ownsChannel = ownsChannel;
    }

    /// <summary>Starts a workflow and returns its instance id, a new one unless given.</summary>
    public Task<string> ScheduleNewWorkflowAsync(string name, string? instanceId = null, object? input = null) =>
        ScheduleNewWorkflowAsync(name, instanceId, input, (DateTimeOffset?)null);

    /// <summary>Starts a workflow at a time.</summary>
    public Task<string> ScheduleNewWorkflowAsync(string name, string? instanceId, object? input, DateTime? startTime) =>
        ScheduleNewWorkflowAsync(name, instanceId, input, startTime is { } time ? new DateTimeOffset(time) : null);

    /// <summary>Starts a workflow at a time; at once when it is null or past.</summary>
    /// <exception cref="RpcException">AlreadyExists when an instance of that id runs; Unavailable without a sidecar.</exception>
    public async Task<string> ScheduleNewWorkflowAsync(
        string name, string? instanceId, object? input, DateTimeOffset? startTime, CancellationToken cancellation = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        var request = new CreateInstanceRequest
        {
            InstanceId = instanceId ?? Guid.NewGuid().ToString(),
            Name = name,
            Input = _serializer.Serialize(input),
            ParentTraceContext = CurrentTrace(),
            ScheduledStartTimestamp = startTime is { } time ? Timestamp.FromDateTimeOffset(time) : null,
        };
        return (await CallAsync(SidecarMethod.StartInstance, request, CreateInstanceResponse.Parser,
            cancellation).ConfigureAwait(false)).InstanceId;
    }

    /// <summary>The instance's state now; <see cref="WorkflowState.Exists"/> is false for an unknown id.</summary>
    public async Task<WorkflowState> GetWorkflowStateAsync(
        string instanceId, bool getInputsAndOutputs = true, CancellationToken cancellation = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(instanceId);
        var request = new GetInstanceRequest { InstanceId = instanceId, GetInputsAndOutputs = getInputsAndOutputs };
        try
        {
            return ToState(await CallAsync(SidecarMethod.GetInstance, request, GetInstanceResponse.Parser,
                cancellation).ConfigureAwait(false));
        }
        catch (RpcException e) when (e.StatusCode == StatusCode.NotFound)
        {
            return new WorkflowState(null);
        }
    }

    /// <summary>Waits until the instance has started.</summary>
    /// <exception cref="OperationCanceledException">Cancelled; without it the wait for an unknown id never ends.</exception>
    public Task<WorkflowState> WaitForWorkflowStartAsync(
        string instanceId, bool getInputsAndOutputs = true, CancellationToken cancellation = default) =>
        WaitAsync(SidecarMethod.WaitForInstanceStart, instanceId, getInputsAndOutputs, cancellation);

    /// <summary>Waits until the instance has ended.</summary>
    /// <exception cref="OperationCanceledException">Cancelled; without it the wait for an unknown id never ends.</exception>
    public Task<WorkflowState> WaitForWorkflowCompletionAsync(
        string instanceId, bool getInputsAndOutputs = true, CancellationToken cancellation = default) =>
        WaitAsync(SidecarMethod.WaitForInstanceCompletion, instanceId, getInputsAndOutputs, cancellation);

    /// <summary>Raises an external event; it is kept until the workflow waits for it.</summary>
    public async Task RaiseEventAsync(
        string instanceId, string eventName, object? eventPayload = null, CancellationToken cancellation = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(instanceId);
        ArgumentException.ThrowIfNullOrEmpty(eventName);
        var request = new RaiseEventRequest { InstanceId = instanceId, Name = eventName, Input = _serializer.Serialize(eventPayload) };
        await CallAsync(SidecarMethod.RaiseEvent, request, RaiseEventResponse.Parser, cancellation).ConfigureAwait(false);
    }

    /// <summary>Terminates the instance and its children. Activities under way run to their end; their results are dropped.</summary>
    public async Task TerminateWorkflowAsync(string instanceId, object? output = null, CancellationToken cancellation = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(instanceId);
        var request = new TerminateRequest { InstanceId = instanceId, Output = _serializer.Serialize(output), Recursive = true };
        await CallAsync(SidecarMethod.TerminateInstance, request, TerminateResponse.Parser, cancellation).ConfigureAwait(false);
    }

    /// <summary>Suspends the instance: what comes for it waits until it is resumed.</summary>
    public async Task SuspendWorkflowAsync(string instanceId, string? reason = null, CancellationToken cancellation = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(instanceId);
        var request = new SuspendRequest { InstanceId = instanceId, Reason = reason ?? string.Empty };
        await CallAsync(SidecarMethod.SuspendInstance, request, SuspendResponse.Parser, cancellation).ConfigureAwait(false);
    }

    /// <summary>Resumes a suspended instance.</summary>
    public async Task ResumeWorkflowAsync(string instanceId, string? reason = null, CancellationToken cancellation = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(instanceId);
        var request = new ResumeRequest { InstanceId = instanceId, Reason = reason ?? string.Empty };
        await CallAsync(SidecarMethod.ResumeInstance, request, ResumeResponse.Parser, cancellation).ConfigureAwait(false);
    }

    /// <summary>Deletes an ended instance and its children; whether anything was deleted.</summary>
    public async Task<bool> PurgeInstanceAsync(string instanceId, CancellationToken cancellation = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(instanceId);
        var request = new PurgeInstancesRequest { InstanceId = instanceId, Recursive = true };
        var response = await CallAsync(SidecarMethod.PurgeInstances, request, PurgeInstancesResponse.Parser,
            cancellation).ConfigureAwait(false);
        return response.DeletedInstanceCount > 0;
    }

    /// <summary>The ids of the app's instances, in pages.</summary>
    public async Task<WorkflowInstancePage> ListInstanceIdsAsync(
        string? continuationToken = null, int? pageSize = null, CancellationToken cancellation = default)
    {
        var request = new ListInstanceIDsRequest();
        if (continuationToken is not null)
            request.ContinuationToken = continuationToken;
        if (pageSize is { } size)
        {
            ArgumentOutOfRangeException.ThrowIfNegativeOrZero(size, nameof(pageSize));
            request.PageSize = (uint)size;
        }

        var response = await CallAsync(SidecarMethod.ListInstanceIds, request, ListInstanceIDsResponse.Parser,
            cancellation).ConfigureAwait(false);
        return new WorkflowInstancePage([.. response.InstanceIds], response.HasContinuationToken ? response.ContinuationToken : null);
    }

    /// <summary>The instance's history.</summary>
    /// <exception cref="RpcException">NotFound for an unknown id.</exception>
    public async Task<IReadOnlyList<WorkflowHistoryEvent>> GetInstanceHistoryAsync(string instanceId,
        CancellationToken cancellation = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(instanceId);
        var request = new GetInstanceHistoryRequest { InstanceId = instanceId };
        var response = await CallAsync(SidecarMethod.GetInstanceHistory, request, GetInstanceHistoryResponse.Parser,
            cancellation).ConfigureAwait(false);
        return [.. response.Events.Select(e =>
            new WorkflowHistoryEvent(e.EventId, KindOf(e.EventTypeCase), e.Timestamp?.ToDateTime() ?? default))];
    }

    /// <summary>Closes the connection, unless it is shared with the host's worker.</summary>
    public void Dispose()
    {
        if (_ownsChannel)
            _channel.Dispose();
    }

    /// <inheritdoc cref="Dispose" />
    public ValueTask DisposeAsync()
    {
        Dispose();
        return ValueTask.CompletedTask;
    }

    // A wait outlives the sidecar: a worker or replica that comes or goes ends it with an error, and it is simply asked again.
    private async Task<WorkflowState> WaitAsync(string method, string instanceId, bool getInputsAndOutputs, CancellationToken cancellation)
    {
        ArgumentException.ThrowIfNullOrEmpty(instanceId);
        var request = new GetInstanceRequest { InstanceId = instanceId, GetInputsAndOutputs = getInputsAndOutputs };
        for (var pause = TimeSpan.FromMilliseconds(50); ; pause = pause * 2 < LongestWaitPause ? pause * 2 : LongestWaitPause)
        {
            try
            {
                var state = ToState(await CallAsync(method, request, GetInstanceResponse.Parser, cancellation).ConfigureAwait(false));
                return state.Exists ? state : throw new InvalidOperationException($"Workflow instance '{instanceId}' does not exist.");
            }
            catch (RpcException e) when (e.StatusCode == StatusCode.Cancelled && cancellation.IsCancellationRequested)
            {
                throw new OperationCanceledException($"The wait for workflow instance '{instanceId}' was cancelled.", e, cancellation);
            }
            catch (RpcException e) when (IsPassing(e))
            {
                await Task.Delay(pause, cancellation).ConfigureAwait(false);
            }
        }
    }

    private static bool IsPassing(RpcException e) =>
        e.StatusCode is StatusCode.Unavailable or StatusCode.DeadlineExceeded or StatusCode.Cancelled
        || (e.StatusCode == StatusCode.Unknown && e.Status.Detail.Contains("actor is closed", StringComparison.Ordinal));

    private Task<TResponse> CallAsync<TResponse>(
        string method, IMessage request, MessageParser<TResponse> parser, CancellationToken cancellation)
        where TResponse : IMessage<TResponse> =>
        _channel.CallAsync(method, request, parser, null, cancellation);

    private WorkflowState ToState(GetInstanceResponse response) =>
        new(response.Exists && response.WorkflowState is { } state ? WorkflowMetadata.From(state, _serializer) : null);

    private static TraceContext? CurrentTrace() =>
        Activity.Current is { IdFormat: ActivityIdFormat.W3C, Id: { } id } activity
            ? new TraceContext { TraceParent = id, TraceState = string.IsNullOrEmpty(activity.TraceStateString) ? null
                : activity.TraceStateString }
            : null;

    private static WorkflowHistoryEventType KindOf(HistoryEvent.EventTypeOneofCase kind) => kind switch
    {
        HistoryEvent.EventTypeOneofCase.WorkflowStarted => WorkflowHistoryEventType.OrchestratorStarted,
        HistoryEvent.EventTypeOneofCase.WorkflowCompleted => WorkflowHistoryEventType.OrchestratorCompleted,
        HistoryEvent.EventTypeOneofCase.ChildWorkflowInstanceCreated => WorkflowHistoryEventType.SubOrchestrationInstanceCreated,
        HistoryEvent.EventTypeOneofCase.ChildWorkflowInstanceCompleted => WorkflowHistoryEventType.SubOrchestrationInstanceCompleted,
        HistoryEvent.EventTypeOneofCase.ChildWorkflowInstanceFailed => WorkflowHistoryEventType.SubOrchestrationInstanceFailed,
        _ => System.Enum.TryParse<WorkflowHistoryEventType>(kind.ToString(), out var same) ? same : WorkflowHistoryEventType.Unknown,
    };
}
