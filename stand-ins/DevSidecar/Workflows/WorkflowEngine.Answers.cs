using DaprHep.DevSidecar.Grpc;
using DaprHep.WorkflowProtocol;
using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;

namespace DaprHep.DevSidecar.Workflows;

/// <summary>What workers answer, and what follows from it.</summary>
internal sealed partial class WorkflowEngine
{
    /// <summary>Takes a turn's answer. One that nobody waits for is dropped without a word, as the runtime does.</summary>
    /// <exception cref="GrpcFailure">The answer asks for something the runtime cannot do; the instance fails.</exception>
    public Task AnswerTurnAsync(string app, WorkflowResponse response)
    {
        lock (_gate)
        {
            if (!_live.TryGetValue(new InstanceKey(app, response.InstanceId), out var instance)
                || instance.InFlight is not { } turn || !turn.Accepts(response.CompletionToken))
                return Task.CompletedTask;
            WorkersOf(turn.App).Done(turn);
            instance.InFlight = null;
            var refusal = response.Actions.Select(Refusal).FirstOrDefault(r => r is not null);
            if (refusal is not null)
                response = FailedBy(refusal, response);
            if (response.Actions.Any(a => a.WorkflowVersionNotAvailable is not null))
                Stall(instance);
            else
                Apply(instance, turn, response);
            return refusal is null ? Committed() : throw new GrpcFailure(GrpcStatus.InvalidArgument, refusal);
        }
    }

    /// <summary>Takes an activity's answer; the first one counts, whoever sends it.</summary>
    public Task AnswerActivityAsync(string app, ActivityResponse response)
    {
        lock (_gate)
        {
            var place = (app, response.InstanceId, response.TaskId);
            if (!_activities.TryGetValue(place, out var same)
                || (same.Find(w => w.Item.CompletionToken == response.CompletionToken)
                    ?? same.Find(w => w.Item.CompletionToken.Length == 0)) is not { } work)
                return Task.CompletedTask;
            Forget(work);
            WorkersOf(work.App).Done(work);
            var instance = work.Instance;
            if (instance.Activities.GetValueOrDefault(work.TaskId) != work)
                return Task.CompletedTask;
            instance.Activities.Remove(work.TaskId);
            var answer = NewEvent(response.FailureDetails is { } failure
                ? new HistoryEvent
                {
                    TaskFailed = new TaskFailedEvent
                    {
                        TaskScheduledId = work.TaskId, FailureDetails = failure,
                        TaskExecutionId = work.Item.ActivityRequest.TaskExecutionId,
                    },
                }
                : new HistoryEvent
                {
                    TaskCompleted = new TaskCompletedEvent
                    {
                        TaskScheduledId = work.TaskId, Result = response.Result,
                        TaskExecutionId = work.Item.ActivityRequest.TaskExecutionId,
                    },
                });
            answer.Router = work.Router.Clone();
            Put(instance, answer);
            return Committed();
        }
    }

    private static string? Refusal(WorkflowAction action) => action.WorkflowActionTypeCase switch
    {
        WorkflowAction.WorkflowActionTypeOneofCase.None => $"action {action.Id} has no type",
        WorkflowAction.WorkflowActionTypeOneofCase.SendEvent => $"action {action.Id} sends an event, which the runtime cannot do",
        WorkflowAction.WorkflowActionTypeOneofCase.CreateDetachedWorkflow =>
            $"action {action.Id} creates a detached workflow, which the runtime cannot do",
        WorkflowAction.WorkflowActionTypeOneofCase.CreateTimer when !IsTime(action.CreateTimer.FireAt) =>
            $"timer {action.Id} has no valid due time",
        _ => null,
    };

    private static bool IsTime(Timestamp? time) => time is { Seconds: >= -62135596800 and <= 253402300799, Nanos: >= 0 and <= 999999999 };

    private static WorkflowResponse FailedBy(string refusal, WorkflowResponse response) => new()
    {
        InstanceId = response.InstanceId,
        Actions =
        {
            new WorkflowAction
            {
                Id = response.Actions.Max(a => a.Id),
                CompleteWorkflow = new CompleteWorkflowAction
                {
                    WorkflowStatus = OrchestrationStatus.Failed,
                    FailureDetails = new TaskFailureDetails { ErrorType = "UnsupportedAction", ErrorMessage = refusal,
                        IsNonRetriable = true },
                },
            },
        },
    };

    // The turn's events stay in the inbox: the next worker that connects gets the same turn again.
    private void Stall(Instance instance)
    {
        if (instance.State.WorkflowStatus != OrchestrationStatus.Stalled)
        {
            var name = instance.State.Version ?? instance.Started.ExecutionStarted.Name;
            Record(instance, [NewEvent(new HistoryEvent
            {
                ExecutionStalled = new ExecutionStalledEvent { Reason = StalledReason.VersionNotAvailable,
                    Description = "Version not available: " + name },
            })]);
        }

        instance.Stalled = true;
        instance.State.WorkflowStatus = OrchestrationStatus.Stalled;
        Publish(instance);
    }

    private void Apply(Instance instance, TurnWork turn, WorkflowResponse response)
    {
        var (app, id) = instance.Key;
        var events = turn.NewEvents.ToList();
        if (response.Version is { } version && NewIn(version, instance.Past) is { } recorded)
        {
            events[0] = events[0].Clone();
            events[0].WorkflowStarted.Version = recorded;
            if (version.HasName)
                instance.State.Version = version.Name;
        }

        var taken = events.Count - 1;
        instance.Inbox.RemoveRange(0, taken);
        _journal.Write(store => store.TakeInbox(app, id, turn.UpToSeq));
        TakeIn(instance, events);
        instance.State.CustomStatus = string.IsNullOrEmpty(response.CustomStatus) ? null : response.CustomStatus;

        CompleteWorkflowAction? end = null;
        var endId = 0;
        var seen = new HashSet<int>();
        var asked = new List<HistoryEvent>();
        foreach (var action in response.Actions)
        {
            if (action.CompleteWorkflow is { } complete)
                (end, endId) = (complete, action.Id);
            else if ((seen.Add(action.Id) ? Take(instance, action) : Repeated(instance, action)) is { } made)
                asked.Add(made);
        }

        if (end?.WorkflowStatus == OrchestrationStatus.ContinuedAsNew)
        {
            Continue(instance, end);
        }
        else
        {
            events.AddRange(asked);
            if (end is not null)
                events.Add(End(instance, end, endId, events));
            Record(instance, events);
        }

        instance.State.LastUpdatedTimestamp = Timestamp.FromDateTime(DateTime.UtcNow);
        Publish(instance, instance.ReleaseWaits(instance.Ended ? long.MaxValue : turn.UpToSeq));
        NextTurn(instance);
    }

    // Patches are written down with the turn that was the first to have them.
    private static WorkflowVersion? NewIn(WorkflowVersion version, List<HistoryEvent> past)
    {
        var known = past.SelectMany(e => e.WorkflowStarted?.Version?.Patches ?? []).ToHashSet();
        var recorded = version.Clone();
        recorded.Patches.Clear();
        recorded.Patches.AddRange(version.Patches.Where(known.Add));
        return recorded.CalculateSize() == 0 ? null : recorded;
    }

    private static void TakeIn(Instance instance, List<HistoryEvent> events)
    {
        var state = instance.State;
        foreach (var e in events)
        {
            if (e.ExecutionStarted is { } started)
            {
                state.Name = started.Name;
                state.Input = started.Input;
                state.WorkflowStatus = OrchestrationStatus.Running;
                state.CreatedTimestamp = e.Timestamp;
                state.StartedAt = events[0].Timestamp;
                state.ParentInstanceId = started.ParentInstance?.WorkflowInstance?.InstanceId;
            }
            else if (e.ExecutionSuspended is not null)
            {
                state.WorkflowStatus = OrchestrationStatus.Suspended;
            }
            else if (e.ExecutionResumed is not null || state.WorkflowStatus == OrchestrationStatus.Stalled)
            {
                state.WorkflowStatus = OrchestrationStatus.Running;
            }
        }
    }

    private HistoryEvent End(Instance instance, CompleteWorkflowAction end, int id, List<HistoryEvent> turn)
    {
        var state = instance.State;
        state.WorkflowStatus = end.WorkflowStatus;
        state.Output = end.Result;
        state.FailureDetails = end.FailureDetails;
        var terminated = turn.LastOrDefault(e => e.ExecutionTerminated is not null)?.ExecutionTerminated;
        if (terminated is { Recurse: true } && end.WorkflowStatus == OrchestrationStatus.Terminated)
        {
            foreach (var child in instance.Children.Values.Where(_live.ContainsKey).Select(k => _live[k]).Where(c => !c.Ended).ToList())
                Put(child, NewEvent(new HistoryEvent { ExecutionTerminated = terminated.Clone() }));
        }

        instance.Abandon();
        instance.Ended = true;
        WorkflowSpan.End(instance.Span, end.FailureDetails);
        instance.Inbox.Clear();
        if (instance.Started.ExecutionStarted.ParentInstance is { } info)
        {
            var parentApp = info.HasAppID ? info.AppID : instance.Key.App;
            if (_live.TryGetValue(new InstanceKey(parentApp, info.WorkflowInstance.InstanceId), out var parent)
                && parent.Children.GetValueOrDefault(info.TaskScheduledId) == instance.Key)
            {
                var failure = end.WorkflowStatus == OrchestrationStatus.Completed
                    ? null
                    : end.FailureDetails ?? new TaskFailureDetails
                    {
                        ErrorType = "WorkflowTerminated", ErrorMessage = $"child workflow '{instance.Key.Id}' was terminated",
                    };
                AnswerParent(parent, info.TaskScheduledId, instance.Key.App, end.Result, failure);
            }
        }

        return NewEvent(new HistoryEvent
        {
            ExecutionCompleted = new ExecutionCompletedEvent
            {
                WorkflowStatus = end.WorkflowStatus, Result = end.Result, FailureDetails = end.FailureDetails,
            },
            Router = new TaskRouter { SourceAppID = instance.Key.App },
        }, id);
    }

    private void AnswerParent(Instance parent, int taskId, string child, string? result, TaskFailureDetails? failure)
    {
        parent.Children.Remove(taskId);
        var answer = failure is null
            ? new HistoryEvent { ChildWorkflowInstanceCompleted = new ChildWorkflowInstanceCompletedEvent { TaskScheduledId = taskId,
                Result = result } }
            : new HistoryEvent { ChildWorkflowInstanceFailed = new ChildWorkflowInstanceFailedEvent { TaskScheduledId = taskId,
                FailureDetails = failure } };
        answer.Router = new TaskRouter { SourceAppID = child, TargetAppID = parent.Key.App };
        Put(parent, NewEvent(answer));
    }

    private void Continue(Instance instance, CompleteWorkflowAction end)
    {
        var (app, id) = instance.Key;
        var old = instance.Started.ExecutionStarted;
        if (instance.Activities.Count > 0)
            instance.ActivityToken = Guid.NewGuid().ToString();
        instance.Abandon();
        instance.Past = [];

        // Events that no turn has taken yet stay; answers to the old execution's work go.
        var waiting = instance.Inbox.Where(e =>
            e.EventRaised is not null || e.ExecutionTerminated is not null || e.ExecutionSuspended is not null
            || e.ExecutionResumed is not null).ToList();
        instance.Inbox.Clear();
        instance.FirstTurn = 1 + end.CarryoverEvents.Count;
        var started = NewEvent(new HistoryEvent
        {
            ExecutionStarted = new ExecutionStartedEvent
            {
                Name = old.Name, Input = end.Result, WorkflowInstance = NewExecution(id), ParentInstance = old.ParentInstance,
            },
            Router = instance.Started.Router,
        });
        SetTrace(started.ExecutionStarted, old.ParentTraceContext);
        instance.Started = started;
        instance.Continued = true;
        _journal.Write(store => store.ClearExecution(app, id));
        instance.LastTurn = 0;
        foreach (var e in (HistoryEvent[])[started, .. end.CarryoverEvents, .. waiting])
        {
            var seq = ++instance.LastSeq;
            instance.Inbox.Add(e);
            var bytes = e.ToByteArray();
            _journal.Write(store => store.AddInbox(app, id, seq, bytes));
        }
    }

    private void Record(Instance instance, List<HistoryEvent> events)
    {
        instance.Past.AddRange(events);
        var (app, id) = instance.Key;
        var turn = ++instance.LastTurn;
        var bytes = new GetInstanceHistoryResponse { Events = { events } }.ToByteArray();
        _journal.Write(store => store.AddHistory(app, id, turn, bytes));
    }

    // Callers see the change when it is committed, and an ended instance leaves the memory then.
    private void Publish(Instance instance, List<TaskCompletionSource>? released = null)
    {
        Save(instance);
        var snapshot = instance.State.Clone();
        var ended = instance.Ended;
        _journal.AfterCommit(() =>
        {
            lock (_gate)
            {
                instance.Visible = snapshot;
                if (ended && _live.GetValueOrDefault(instance.Key) == instance)
                    _live.Remove(instance.Key);
            }

            _watch.Changed(instance.Key, snapshot);
            foreach (var wait in released ?? [])
                wait.TrySetResult();
            if (ended)
                Retain(instance.Key, snapshot);
        });
    }

    // A target that the worker named is written down, its own app too.
    private static TaskRouter Route(string source, WorkflowAction action)
    {
        var router = new TaskRouter { SourceAppID = source };
        if (TargetOf(action) is not { } target)
            return router;
        router.TargetAppID = target;
        if (action.Router.HasTargetAppNamespace)
            router.TargetAppNamespace = action.Router.TargetAppNamespace;
        return router;
    }
}
