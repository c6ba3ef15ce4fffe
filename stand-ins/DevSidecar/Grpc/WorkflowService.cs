using DaprHep.DevSidecar.Workflows;
using DaprHep.WorkflowProtocol;
using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;

namespace DaprHep.DevSidecar.Grpc;

/// <summary>The workflow service's unary methods for one app: protobuf in, protobuf out, texts as the runtime has them.</summary>
internal sealed class WorkflowService(WorkflowEngine engine, string app)
{
    private static readonly Timestamp Unset = new() { Seconds = -62135596800 };

    /// <summary>Answers a method; null when there is none of that path.</summary>
    public Task<IMessage>? CallAsync(string path, byte[] request, CancellationToken cancellation) => path switch
    {
        SidecarMethod.Hello => Now(new Empty()),
        SidecarMethod.StartInstance => StartAsync(CreateInstanceRequest.Parser.ParseFrom(request), cancellation),
        SidecarMethod.GetInstance => Get(GetInstanceRequest.Parser.ParseFrom(request)),
        SidecarMethod.WaitForInstanceStart => WaitAsync(GetInstanceRequest.Parser.ParseFrom(request), HasStarted, cancellation),
        SidecarMethod.WaitForInstanceCompletion => WaitAsync(GetInstanceRequest.Parser.ParseFrom(request), HasEnded, cancellation),
        SidecarMethod.RaiseEvent => RaiseAsync(RaiseEventRequest.Parser.ParseFrom(request), cancellation),
        SidecarMethod.TerminateInstance => TerminateAsync(TerminateRequest.Parser.ParseFrom(request), cancellation),
        SidecarMethod.SuspendInstance => SuspendAsync(SuspendRequest.Parser.ParseFrom(request), cancellation),
        SidecarMethod.ResumeInstance => ResumeAsync(ResumeRequest.Parser.ParseFrom(request), cancellation),
        SidecarMethod.PurgeInstances => PurgeAsync(PurgeInstancesRequest.Parser.ParseFrom(request)),
        SidecarMethod.CompleteActivityTask => Done(engine.AnswerActivityAsync(app, ActivityResponse.Parser.ParseFrom(request))),
        SidecarMethod.CompleteOrchestratorTask or SidecarMethod.CompleteWorkflowTask =>
            Done(engine.AnswerTurnAsync(app, WorkflowResponse.Parser.ParseFrom(request))),
        SidecarMethod.RerunWorkflowFromEvent => RerunAsync(RerunWorkflowFromEventRequest.Parser.ParseFrom(request), cancellation),
        SidecarMethod.ListInstanceIds => List(ListInstanceIDsRequest.Parser.ParseFrom(request)),
        SidecarMethod.GetInstanceHistory => Now(new GetInstanceHistoryResponse
        {
            Events = { engine.History(app, GetInstanceHistoryRequest.Parser.ParseFrom(request).InstanceId) },
        }),
        _ => null,
    };

    public static bool HasEnded(WorkflowState state) => state.WorkflowStatus is OrchestrationStatus.Completed or OrchestrationStatus.Failed
        or OrchestrationStatus.Terminated or OrchestrationStatus.Canceled;

    private static bool HasStarted(WorkflowState state) => state.WorkflowStatus != OrchestrationStatus.Pending;

    private static Task<IMessage> Now(IMessage message) => Task.FromResult(message);

    private static async Task<IMessage> Done(Task work)
    {
        await work;
        return new CompleteTaskResponse();
    }

    private static GetInstanceResponse Answer(WorkflowState? state, bool withPayloads)
    {
        if (state is null)
            return new GetInstanceResponse();
        var shown = state.Clone();
        shown.CreatedTimestamp ??= Unset;
        shown.LastUpdatedTimestamp ??= Unset;
        if (!withPayloads)
        {
            shown.Input = null;
            shown.Output = null;
            shown.CustomStatus = null;
            shown.FailureDetails = null;
        }

        return new GetInstanceResponse { Exists = true, WorkflowState = shown };
    }

    private async Task<IMessage> StartAsync(CreateInstanceRequest request, CancellationToken cancellation)
    {
        try
        {
            await engine.StartAsync(app, request, untilFirstTurn: true, cancellation);
        }
        catch (DuplicateInstanceException e)
        {
            throw new GrpcFailure(GrpcStatus.AlreadyExists,
                "failed to create workflow instance: rpc error: code = AlreadyExists desc = " + e.Message);
        }

        return new CreateInstanceResponse { InstanceId = request.InstanceId };
    }

    private Task<IMessage> Get(GetInstanceRequest request) =>
        Now(Answer(engine.Find(app, request.InstanceId), request.GetInputsAndOutputs));

    private async Task<IMessage> WaitAsync(GetInstanceRequest request, Func<WorkflowState, bool> wanted, CancellationToken cancellation) =>
        Answer(await engine.WaitAsync(app, request.InstanceId, wanted, cancellation), request.GetInputsAndOutputs);

    private async Task<IMessage> RaiseAsync(RaiseEventRequest request, CancellationToken cancellation)
    {
        var raised = new HistoryEvent { EventRaised = new EventRaisedEvent { Name = request.Name, Input = request.Input } };
        await engine.Raise(app, request.InstanceId, raised).Stored.WaitAsync(cancellation);
        return new RaiseEventResponse();
    }

    private async Task<IMessage> TerminateAsync(TerminateRequest request, CancellationToken cancellation)
    {
        var terminated = new HistoryEvent { ExecutionTerminated = new ExecutionTerminatedEvent { Input = request.Output,
            Recurse = request.Recursive } };
        try
        {
            engine.Raise(app, request.InstanceId, terminated);
        }
        catch (GrpcFailure e)
        {
            throw new GrpcFailure(e.Status, "failed to submit termination request: " + e.Message);
        }

        await engine.WaitAsync(app, request.InstanceId, HasEnded, cancellation);
        return new TerminateResponse();
    }

    private async Task<IMessage> SuspendAsync(SuspendRequest request, CancellationToken cancellation)
    {
        engine.Raise(app, request.InstanceId,
            new HistoryEvent { ExecutionSuspended = new ExecutionSuspendedEvent { Input = request.Reason } });
        await engine.WaitAsync(app, request.InstanceId, s =>
            s.WorkflowStatus == OrchestrationStatus.Suspended || HasEnded(s), cancellation);
        return new SuspendResponse();
    }

    private async Task<IMessage> ResumeAsync(ResumeRequest request, CancellationToken cancellation)
    {
        engine.Raise(app, request.InstanceId, new HistoryEvent { ExecutionResumed = new ExecutionResumedEvent { Input = request.Reason } });
        await engine.WaitAsync(app, request.InstanceId, s => s.WorkflowStatus == OrchestrationStatus.Running || HasEnded(s), cancellation);
        return new ResumeResponse();
    }

    private async Task<IMessage> PurgeAsync(PurgeInstancesRequest request)
    {
        if (request.RequestCase != PurgeInstancesRequest.RequestOneofCase.InstanceId)
            throw new GrpcFailure(GrpcStatus.Unknown, "multi-instance purge is not unimplemented");
        return new PurgeInstancesResponse
        {
            DeletedInstanceCount = await engine.PurgeAsync(app, request.InstanceId, request.Recursive, request.Force),
        };
    }

    private async Task<IMessage> RerunAsync(RerunWorkflowFromEventRequest request, CancellationToken cancellation) =>
        new RerunWorkflowFromEventResponse { NewInstanceID = await engine.RerunAsync(app, request).WaitAsync(cancellation) };

    private Task<IMessage> List(ListInstanceIDsRequest request)
    {
        string? after;
        try
        {
            after = request.HasContinuationToken
                ? System.Text.Encoding.UTF8.GetString(Convert.FromBase64String(request.ContinuationToken)) : null;
        }
        catch (FormatException)
        {
            throw new GrpcFailure(GrpcStatus.InvalidArgument, "the continuation token is not one of this sidecar's");
        }

        var (ids, next) = engine.List(app, after, request.HasPageSize ? request.PageSize : null);
        var response = new ListInstanceIDsResponse { InstanceIds = { ids } };
        if (next is not null)
            response.ContinuationToken = Convert.ToBase64String(System.Text.Encoding.UTF8.GetBytes(next));
        return Now(response);
    }
}
