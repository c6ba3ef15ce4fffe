using DaprHep.WorkflowProtocol;
using Google.Protobuf.WellKnownTypes;

namespace Dapr.Workflow.Worker;

/// <summary>
/// The numbered actions of an execution: what the code asks for, what the history says was asked for, and the tasks that wait for
/// an answer. Both sides must agree, number by number.
/// </summary>
internal sealed class ActionLedger
{
    /// <summary>Due time of a timer that stands for "no timeout": 9999-12-31T23:59:59.999999999Z.</summary>
    public static readonly Timestamp Never = new() { Seconds = 253402300799, Nanos = 999999999 };

    private readonly SortedDictionary<int, WorkflowAction> _pending = [];
    private readonly Dictionary<int, TaskCompletionSource<HistoryEvent>> _open = [];
    private readonly SortedDictionary<int, HistoryEvent> _recordedAhead = [];
    private readonly Dictionary<int, HistoryEvent> _answeredAhead = [];

    /// <summary>Number of the next action, from 0.</summary>
    public int NextId { get; private set; }

    /// <summary>Actions the history does not know yet, in order.</summary>
    public IEnumerable<WorkflowAction> Pending => _pending.Values;

    /// <summary>Whether any task is still unanswered.</summary>
    public bool AwaitsAnswer => _open.Count > 0;

    /// <summary>Numbers an action without an answer.</summary>
    public void Add(WorkflowAction action)
    {
        action.Id = NextId++;
        _pending.Add(action.Id, action);
    }

    /// <summary>Numbers an action and returns the task of its answer.</summary>
    public Task<HistoryEvent> Open(WorkflowAction action, CancellationToken cancellation = default)
    {
        var answer = new TaskCompletionSource<HistoryEvent>();

        // Histories of SDKs before 1.18 lack the timers of endless event waits; such a timer then takes no number.
        if (IsEndlessWait(action) && _recordedAhead.TryGetValue(NextId, out var recorded) && !IsEndlessWait(recorded))
        {
            CancelWith(answer, null, cancellation);
            return answer.Task;
        }

        var id = action.Id = NextId++;
        if (_recordedAhead.Remove(id, out recorded))
            Verify(action, recorded);
        else
            _pending.Add(id, action);
        if (_answeredAhead.Remove(id, out var early))
        {
            answer.SetResult(early);
            return answer.Task;
        }

        _open.Add(id, answer);
        CancelWith(answer, action, cancellation);
        return answer.Task;
    }

    /// <summary>The history says that an action was taken up.</summary>
    /// <exception cref="NonDeterministicWorkflowException">The code asked for something else under that number.</exception>
    public void Recorded(HistoryEvent recorded)
    {
        if (_pending.TryGetValue(recorded.EventId, out var action) && IsEndlessWait(action) && !IsEndlessWait(recorded))
            DropAndRenumber(recorded.EventId);
        if (_pending.Remove(recorded.EventId, out action))
            Verify(action, recorded);
        else
            _recordedAhead[recorded.EventId] = recorded;
    }

    /// <summary>An action's answer came; the first one counts.</summary>
    public void Answered(int id, HistoryEvent answer)
    {
        if (_open.Remove(id, out var task))
            TurnThread.Complete(() => task.TrySetResult(answer));
        else
            _answeredAhead.TryAdd(id, answer);
    }

    /// <exception cref="NonDeterministicWorkflowException">The history has an action that the code never asked for.</exception>
    public void VerifyAllAskedFor()
    {
        foreach (var (id, recorded) in _recordedAhead)
        {
            throw new NonDeterministicWorkflowException(
                $"The history has {Describe(recorded)} as action {id}, but the workflow's code asked for {NextId} actions only. "
                + "The code has changed since this instance started, or it is not deterministic.");
        }
    }

    private void CancelWith(TaskCompletionSource<HistoryEvent> answer, WorkflowAction? action, CancellationToken cancellation)
    {
        if (!cancellation.CanBeCanceled)
            return;
        cancellation.Register(() => TurnThread.Complete(() =>
        {
            if (answer.TrySetCanceled(cancellation) && action is not null)
                _open.Remove(action.Id);
        }));
    }

    private void DropAndRenumber(int id)
    {
        _pending.Remove(id);
        _open.Remove(id);
        foreach (var later in _pending.Keys.Where(k => k > id).ToList())
        {
            _pending.Remove(later, out var action);
            action!.Id = later - 1;
            _pending.Add(later - 1, action);
        }

        foreach (var later in _open.Keys.Where(k => k > id).Order().ToList())
        {
            _open.Remove(later, out var task);
            _open.Add(later - 1, task!);
        }

        NextId--;
    }

    private static void Verify(WorkflowAction asked, HistoryEvent recorded)
    {
        var same = (asked.WorkflowActionTypeCase, recorded.EventTypeCase) switch
        {
            (WorkflowAction.WorkflowActionTypeOneofCase.ScheduleTask, HistoryEvent.EventTypeOneofCase.TaskScheduled) =>
                asked.ScheduleTask.Name == recorded.TaskScheduled.Name,
            (WorkflowAction.WorkflowActionTypeOneofCase.CreateChildWorkflow,
                HistoryEvent.EventTypeOneofCase.ChildWorkflowInstanceCreated) =>
                asked.CreateChildWorkflow.Name == recorded.ChildWorkflowInstanceCreated.Name,
            (WorkflowAction.WorkflowActionTypeOneofCase.CreateTimer, HistoryEvent.EventTypeOneofCase.TimerCreated) => true,
            _ => false,
        };
        if (!same)
        {
            throw new NonDeterministicWorkflowException(
                $"Action {recorded.EventId} is {Describe(recorded)} in the history, but the workflow's code now asks for {Describe(asked)}. "
                + "The code has changed since this instance started, or it is not deterministic.");
        }
    }

    private static string Describe(HistoryEvent e) => e.EventTypeCase switch
    {
        HistoryEvent.EventTypeOneofCase.TaskScheduled => $"activity '{e.TaskScheduled.Name}'",
        HistoryEvent.EventTypeOneofCase.ChildWorkflowInstanceCreated => $"child workflow '{e.ChildWorkflowInstanceCreated.Name}'",
        HistoryEvent.EventTypeOneofCase.TimerCreated => "a timer",
        _ => e.EventTypeCase.ToString(),
    };

    private static string Describe(WorkflowAction a) => a.WorkflowActionTypeCase switch
    {
        WorkflowAction.WorkflowActionTypeOneofCase.ScheduleTask => $"activity '{a.ScheduleTask.Name}'",
        WorkflowAction.WorkflowActionTypeOneofCase.CreateChildWorkflow => $"child workflow '{a.CreateChildWorkflow.Name}'",
        WorkflowAction.WorkflowActionTypeOneofCase.CreateTimer => "a timer",
        _ => a.WorkflowActionTypeCase.ToString(),
    };

    private static bool IsEndlessWait(WorkflowAction a) =>
        a.CreateTimer is { OriginCase: CreateTimerAction.OriginOneofCase.ExternalEvent } timer && Never.Equals(timer.FireAt);

    private static bool IsEndlessWait(HistoryEvent e) =>
        e.TimerCreated is { OriginCase: TimerCreatedEvent.OriginOneofCase.ExternalEvent } timer && Never.Equals(timer.FireAt);
}
