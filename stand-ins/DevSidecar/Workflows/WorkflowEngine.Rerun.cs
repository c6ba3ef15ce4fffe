using DaprHep.DevSidecar.Grpc;
using DaprHep.WorkflowProtocol;

namespace DaprHep.DevSidecar.Workflows;

/// <summary>Runs an ended instance again under a new id, from one of its activities or timers on.</summary>
internal sealed partial class WorkflowEngine
{
    /// <summary>
    /// Makes an instance with the source's history up to that event and does the event's work again. What ran beside it and had no
    /// result by then is done again too; what came later follows from the workflow's code.
    /// </summary>
    /// <returns>The new instance's id, once it is stored.</returns>
    /// <exception cref="GrpcFailure">No such instance or event, a source that still runs, or a new id that is in use.</exception>
    public async Task<string> RerunAsync(string app, RerunWorkflowFromEventRequest request)
    {
        var source = request.SourceInstanceID;
        var state = Find(app, source)
            ?? throw new GrpcFailure(GrpcStatus.NotFound, $"workflow instance does not exist with ID '{source}'");
        if (!WorkflowService.HasEnded(state))
            throw new GrpcFailure(GrpcStatus.InvalidArgument, $"'{source}': workflow instance is not in a terminal state");
        var past = PastUpTo(source, History(app, source), request);
        var id = request.HasNewInstanceID ? request.NewInstanceID : Guid.NewGuid().ToString();
        Task stored;
        lock (_gate)
        {
            if (Find(app, id) is not null)
                throw new GrpcFailure(GrpcStatus.AlreadyExists, $"workflow '{id}' has already been created");
            var key = new InstanceKey(app, id);
            var started = past.First(e => e.ExecutionStarted is not null);
            var instance = new Instance(key, new WorkflowState
            {
                InstanceId = id,
                Name = state.Name,
                Version = state.Version,
                Input = state.Input,
                WorkflowStatus = OrchestrationStatus.Running,
                CreatedTimestamp = state.CreatedTimestamp,
                LastUpdatedTimestamp = NewEvent(new HistoryEvent()).Timestamp,
            }) { Started = started, Span = WorkflowSpan.Start(key, started) };
            _live[key] = instance;
            _journal.Write(store => store.ClearExecution(app, id));
            Save(instance);
            Record(instance, past);
            foreach (var e in past.Where(e => e.TaskScheduled is { RerunParentInstanceInfo: not null }))
            {
                var work = NewActivity(instance, e);
                _journal.AfterCommit(() => DispatchActivity(work));
            }

            foreach (var e in past.Where(e => e.TimerCreated is { RerunParentInstanceInfo: not null }))
            {
                instance.Timers.Add(e.EventId);
                if (!Never.Equals(e.TimerCreated.FireAt))
                    Arm(instance, e.EventId, e.TimerCreated.FireAt);
            }

            stored = Committed();
        }

        await stored;
        return id;
    }

    // Every piece of work stands before its result, whatever turns lay between; then the work without one, the event's last.
    private static List<HistoryEvent> PastUpTo(string source, List<HistoryEvent> history, RerunWorkflowFromEventRequest request)
    {
        var past = new List<HistoryEvent>();
        var open = new List<HistoryEvent>();
        foreach (var e in history)
        {
            if (IsWork(e))
                open.Add(e);
            if (IsWork(e) && e.EventId == request.EventID)
            {
                past.AddRange(open.Select(o => Again(o, source, o == e ? request : null)));
                return past;
            }

            if (open.Find(o => o.EventId == AnsweredTask(e)) is { } asked)
            {
                open.Remove(asked);
                past.Add(asked);
            }

            if (!IsWork(e))
                past.Add(e);
        }

        throw new GrpcFailure(GrpcStatus.NotFound, $"'{source}': does not have history event with ID '{request.EventID}'");
    }

    private static bool IsWork(HistoryEvent e) =>
        e.TaskScheduled is not null || e.TimerCreated is not null || e.ChildWorkflowInstanceCreated is not null;

    private static HistoryEvent Again(HistoryEvent e, string source, RerunWorkflowFromEventRequest? request)
    {
        var again = NewEvent(e.Clone(), e.EventId);
        var parent = new RerunParentInstanceInfo { InstanceID = source };
        if (again.TaskScheduled is { } task)
        {
            task.RerunParentInstanceInfo = parent;
            if (request is { OverwriteInput: true })
                task.Input = request.Input;
        }
        else if (again.TimerCreated is { } timer)
        {
            timer.RerunParentInstanceInfo = parent;
            if (request is { OverwriteInput: true })
                throw new GrpcFailure(GrpcStatus.InvalidArgument, $"'{source}': event {e.EventId} is a timer, which takes no input");
        }
        else
        {
            throw new GrpcFailure(GrpcStatus.InvalidArgument,
                $"'{source}': event {e.EventId} is a child workflow; this sidecar runs again from activities and timers only");
        }

        return again;
    }
}
