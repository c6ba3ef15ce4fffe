using DaprHep.WorkflowProtocol;
using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;

namespace DaprHep.DevSidecar.Workflows;

/// <summary>After a restart: what was open goes on. Pending work follows from the histories.</summary>
internal sealed partial class WorkflowEngine
{
    private void Recover()
    {
        var timers = new List<(Instance Instance, int Id, Timestamp FireAt)>();
        var lost = new HashSet<InstanceKey>();
        foreach (var (app, id, notBefore, state) in _reader.OpenInstances())
        {
            var past = _reader.History(app, id);
            var (lastTurn, inbox) = _reader.Pending(app, id);
            var started = past.Concat(inbox.Select(i => i.Event)).LastOrDefault(e => e.ExecutionStarted is not null);
            if (started is null)
            {
                Fail(new InstanceKey(app, id), state);
                lost.Add(new InstanceKey(app, id));
                continue;
            }

            // Answers of work handed out before the restart may still come, so turns have tokens from now on.
            var instance = new Instance(new InstanceKey(app, id), state)
            {
                Started = started,
                Span = WorkflowSpan.Start(new InstanceKey(app, id), started),
                Past = past,
                LastTurn = lastTurn,
                LastSeq = inbox.Count > 0 ? inbox[^1].Seq : 0,
                NeedsTokens = true,
                NotBefore = notBefore is { } ticks ? new DateTime(ticks, DateTimeKind.Utc) : null,
            };
            instance.Inbox.AddRange(inbox.Select(i => i.Event));
            _live.Add(instance.Key, instance);
            Rebuild(instance, timers);
        }

        foreach (var instance in _live.Values)
        {
            foreach (var work in instance.Activities.Values)
                WorkersOf(work.App).Dispatch(work);
            foreach (var (task, child) in instance.Children.Where(child => lost.Contains(child.Value)).ToList())
                AnswerParent(instance, task, child.App, null, Lost(child));
            if (instance.NotBefore is { } due)
                _timers.At(due, () => Begin(instance));
            NextTurn(instance);
        }

        foreach (var (instance, id, fireAt) in timers.OrderBy(t => t.FireAt.ToDateTime()))
            Arm(instance, id, fireAt);
        if (_configuration.StateRetentionPolicy.Count > 0)
        {
            foreach (var (app, id, state) in _reader.EndedInstances())
                Retain(new InstanceKey(app, id), state);
        }

        if (_live.Count > 0)
            _logger.LogInformation("{Count} workflow instances go on from the journal.", _live.Count);
    }

    // Whoever waits for an instance whose journal is damaged learns that it failed, and why.
    private void Fail(InstanceKey key, WorkflowState state)
    {
        _logger.LogError("Instance {Instance} of app {App} has no start in the journal; it has failed.", key.Id, key.App);
        state.WorkflowStatus = OrchestrationStatus.Failed;
        state.FailureDetails = Lost(key);
        state.LastUpdatedTimestamp = Timestamp.FromDateTime(DateTime.UtcNow);
        var record = state.ToByteArray();
        _journal.Write(store => store.SaveInstance(key.App, key.Id, ended: true, notBefore: null, record));
    }

    private static TaskFailureDetails Lost(InstanceKey key) => new()
    {
        ErrorType = "JournalDamaged",
        ErrorMessage = $"the journal has no start of instance '{key.Id}' of app '{key.App}': what it was to do is lost; start it again",
        IsNonRetriable = true,
    };

    private void Rebuild(Instance instance, List<(Instance Instance, int Id, Timestamp FireAt)> timers)
    {
        var answered = instance.Past.Concat(instance.Inbox).Select(AnsweredTask).ToHashSet();
        foreach (var e in instance.Past)
        {
            if (answered.Contains(e.EventId) || e.EventId < 0)
                continue;
            if (e.TaskScheduled is not null && instance.Activities.ContainsKey(e.EventId))
                continue;
            if (e.TaskScheduled is not null)
            {
                NewActivity(instance, e);
            }
            else if (e.ChildWorkflowInstanceCreated is not null)
            {
                instance.Children[e.EventId] = ChildKey(instance.Key.App, e);
            }
            else if (e.TimerCreated is { } timer)
            {
                instance.Timers.Add(e.EventId);
                if (!Never.Equals(timer.FireAt))
                    timers.Add((instance, e.EventId, timer.FireAt));
            }
        }
    }

    private static int AnsweredTask(HistoryEvent e) => e.EventTypeCase switch
    {
        HistoryEvent.EventTypeOneofCase.TaskCompleted => e.TaskCompleted.TaskScheduledId,
        HistoryEvent.EventTypeOneofCase.TaskFailed => e.TaskFailed.TaskScheduledId,
        HistoryEvent.EventTypeOneofCase.ChildWorkflowInstanceCompleted => e.ChildWorkflowInstanceCompleted.TaskScheduledId,
        HistoryEvent.EventTypeOneofCase.ChildWorkflowInstanceFailed => e.ChildWorkflowInstanceFailed.TaskScheduledId,
        HistoryEvent.EventTypeOneofCase.TimerFired => e.TimerFired.TimerId,
        _ => int.MinValue,
    };
}
