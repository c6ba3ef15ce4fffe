using System.Globalization;
using DaprHep.WorkflowProtocol;
using Google.Protobuf.WellKnownTypes;

namespace DaprHep.DevSidecar.Workflows;

/// <summary>What a turn asked for: activities, timers and children come into being here.</summary>
internal sealed partial class WorkflowEngine
{
    private HistoryEvent? Take(Instance instance, WorkflowAction action)
    {
        var app = instance.Key.App;
        switch (action.WorkflowActionTypeCase)
        {
            case WorkflowAction.WorkflowActionTypeOneofCase.ScheduleTask:
                var scheduled = Scheduled(instance, action);
                var work = NewActivity(instance, scheduled);
                _journal.AfterCommit(() => DispatchActivity(work));
                return scheduled;
            case WorkflowAction.WorkflowActionTypeOneofCase.CreateTimer:
                instance.Timers.Add(action.Id);
                if (!Never.Equals(action.CreateTimer.FireAt))
                    Arm(instance, action.Id, action.CreateTimer.FireAt);
                return NewEvent(Created(action.CreateTimer, app), action.Id);
            case WorkflowAction.WorkflowActionTypeOneofCase.CreateChildWorkflow:
                return CreateChild(instance, action);
            default:
                return null;
        }
    }

    // A second activity of the same number in one turn is written down and never run, as the runtime does.
    private static HistoryEvent? Repeated(Instance instance, WorkflowAction action) =>
        action.ScheduleTask is null ? null : Scheduled(instance, action);

    private static string? TargetOf(WorkflowAction action) =>
        action.Router is { HasTargetAppID: true, TargetAppID.Length: > 0 } router ? router.TargetAppID : null;

    private static HistoryEvent Scheduled(Instance instance, WorkflowAction action) => NewEvent(new HistoryEvent
    {
        TaskScheduled = new TaskScheduledEvent
        {
            Name = action.ScheduleTask.Name,
            Input = action.ScheduleTask.Input,
            ParentTraceContext = instance.Trace,
            TaskExecutionId = action.ScheduleTask.TaskExecutionId,
        },
        Router = Route(instance.Key.App, action),
    }, action.Id);

    private static HistoryEvent Created(CreateTimerAction timer, string app)
    {
        var created = new TimerCreatedEvent { FireAt = timer.FireAt };
        if (timer.HasName)
            created.Name = timer.Name;
        switch (timer.OriginCase)
        {
            case CreateTimerAction.OriginOneofCase.CreateTimer:
                created.CreateTimer = timer.CreateTimer;
                break;
            case CreateTimerAction.OriginOneofCase.ExternalEvent:
                created.ExternalEvent = timer.ExternalEvent;
                break;
            case CreateTimerAction.OriginOneofCase.ActivityRetry:
                created.ActivityRetry = timer.ActivityRetry;
                break;
            case CreateTimerAction.OriginOneofCase.ChildWorkflowRetry:
                created.ChildWorkflowRetry = timer.ChildWorkflowRetry;
                break;
        }

        return new HistoryEvent { TimerCreated = created, Router = new TaskRouter { SourceAppID = app } };
    }

    private HistoryEvent CreateChild(Instance parent, WorkflowAction action)
    {
        var asked = action.CreateChildWorkflow;
        var app = parent.Key.App;
        var id = asked.InstanceId.Length > 0 ? asked.InstanceId
            : $"{parent.Key.Id}:{action.Id.ToString("x4", CultureInfo.InvariantCulture)}";
        var target = TargetOf(action) ?? app;
        var key = new InstanceKey(target, id);
        var created = NewEvent(new HistoryEvent
        {
            ChildWorkflowInstanceCreated = new ChildWorkflowInstanceCreatedEvent
            {
                InstanceId = id, Name = asked.Name, Input = asked.Input, ParentTraceContext = parent.Trace,
            },
            Router = Route(app, action),
        }, action.Id);
        parent.Children[action.Id] = key;
        if (_live.TryGetValue(key, out var running) && !running.Ended)
        {
            AnswerParent(parent, action.Id, target, null, new TaskFailureDetails
            {
                ErrorType = "AlreadyExists", ErrorMessage = $"an active workflow with ID '{id}' already exists",
            });
            return created;
        }

        var started = NewEvent(new HistoryEvent
        {
            ExecutionStarted = new ExecutionStartedEvent
            {
                Name = asked.Name,
                Input = asked.Input,
                WorkflowInstance = NewExecution(id),
                ParentInstance = new ParentInstanceInfo
                {
                    TaskScheduledId = action.Id,
                    Name = parent.Started.ExecutionStarted.Name,
                    WorkflowInstance = new WorkflowInstance
                    {
                        InstanceId = parent.Key.Id, ExecutionId = parent.Started.ExecutionStarted.WorkflowInstance.ExecutionId,
                    },
                    AppID = app,
                },
            },
            Router = Route(app, action),
        });
        SetTrace(started.ExecutionStarted, parent.Trace);
        Create(key, started, null);
        return created;
    }

    private ActivityWork NewActivity(Instance instance, HistoryEvent scheduled)
    {
        var task = scheduled.TaskScheduled;
        var target = scheduled.Router is { HasTargetAppID: true, TargetAppID.Length: > 0 } router ? router.TargetAppID : instance.Key.App;
        var request = new ActivityRequest
        {
            Name = task.Name,
            Input = task.Input,
            WorkflowInstance = new WorkflowInstance { InstanceId = instance.Key.Id },
            TaskId = scheduled.EventId,
            ParentTraceContext = task.ParentTraceContext,
            TaskExecutionId = task.TaskExecutionId,
        };
        var work = new ActivityWork(target, instance, new WorkItem { ActivityRequest = request, CompletionToken = instance.ActivityToken })
        {
            Router = scheduled.Router,
        };
        instance.Activities[work.TaskId] = work;
        var place = (target, instance.Key.Id, work.TaskId);
        if (!_activities.TryGetValue(place, out var same))
            _activities.Add(place, same = []);
        same.Add(work);
        return work;
    }

    private void DispatchActivity(ActivityWork work)
    {
        lock (_gate)
        {
            var workers = WorkersOf(work.App);
            if (workers.Streams.Count == 0 && workers.WaitingCount == 0)
                _logger.LogWarning("Activity {Name} of instance {Instance} waits for app {App}, which has no worker.",
                    work.Item.ActivityRequest.Name, work.Instance.Key.Id, work.App);
            workers.Dispatch(work);
        }
    }

    private void Arm(Instance instance, int id, Timestamp fireAt)
    {
        var execution = instance.Started;
        _timers.At(fireAt.ToDateTime(), () =>
        {
            lock (_gate)
            {
                if (instance.Started == execution && instance.Timers.Remove(id) && !instance.Ended)
                    Put(instance, NewEvent(new HistoryEvent { TimerFired = new TimerFiredEvent { FireAt = fireAt, TimerId = id } }));
            }
        });
    }
}
