using System.Diagnostics;
using DaprHep.WorkflowProtocol;

namespace DaprHep.DevSidecar.Workflows;

/// <summary>Which instance: ids are per app.</summary>
internal readonly record struct InstanceKey(string App, string Id);

/// <summary>A workflow instance that has not ended. All members but <see cref="Visible"/> belong to the engine's lock.</summary>
internal sealed class Instance(InstanceKey key, WorkflowState state)
{
    private readonly List<(long Seq, TaskCompletionSource Taken)> _waits = [];

    public InstanceKey Key { get; } = key;

    /// <summary>The state with all that is accepted, committed or not.</summary>
    public WorkflowState State { get; set; } = state;

    /// <summary>The state as committed: what callers see.</summary>
    public WorkflowState Visible { get; set; } = state.Clone();

    /// <summary>The executionStarted event of this execution.</summary>
    public required HistoryEvent Started { get; set; }

    /// <summary>All turns so far.</summary>
    public List<HistoryEvent> Past { get; set; } = [];

    /// <summary>Number of the last history row.</summary>
    public long LastTurn { get; set; }

    /// <summary>Events for the next turn.</summary>
    public List<HistoryEvent> Inbox { get; } = [];

    /// <summary>Number of the last event ever put into the inbox.</summary>
    public long LastSeq { get; set; }

    /// <summary>The turn a worker has, or will get when one connects.</summary>
    public TurnWork? InFlight { get; set; }

    /// <summary>Set once an answer may come twice; then every turn has a token of its own.</summary>
    public bool NeedsTokens { get; set; }

    /// <summary>Token of activities; empty unless an earlier execution left activities behind.</summary>
    public string ActivityToken { get; set; } = string.Empty;

    /// <summary>Start no earlier; cleared when the time has come or an event arrives.</summary>
    public DateTime? NotBefore { get; set; }

    /// <summary>The answer to the last turn was that the worker lacks the version.</summary>
    public bool Stalled { get; set; }

    /// <summary>This execution follows an earlier one of the same id.</summary>
    public bool Continued { get; set; }

    /// <summary>
    /// How many of the inbox's events the first turn of a continued execution brings; events that came while the turn before it was
    /// under way follow in the next.
    /// </summary>
    public int? FirstTurn { get; set; }

    public bool Ended { get; set; }

    public Dictionary<int, ActivityWork> Activities { get; } = [];

    public HashSet<int> Timers { get; } = [];

    public Dictionary<int, InstanceKey> Children { get; } = [];

    /// <summary>The span of the execution, where spans are collected; ended with it.</summary>
    public Activity? Span { get; set; }

    /// <summary>What the instance's activities and children have as their parent.</summary>
    public TraceContext? Trace => Span is { Id: { } id }
        ? new TraceContext { TraceParent = id, TraceState = Span.TraceStateString }
        : Started.ExecutionStarted.ParentTraceContext;

    /// <summary>A task that ends when the event of that number was in an answered turn, or the instance has ended.</summary>
    public Task Taken(long seq)
    {
        var wait = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        _waits.Add((seq, wait));
        return wait.Task;
    }

    public List<TaskCompletionSource> ReleaseWaits(long upToSeq)
    {
        var released = _waits.Where(w => w.Seq <= upToSeq).Select(w => w.Taken).ToList();
        _waits.RemoveAll(w => w.Seq <= upToSeq);
        return released;
    }

    /// <summary>Forgets the work of an execution: it still runs, and what comes of it is dropped.</summary>
    public void Abandon()
    {
        Activities.Clear();
        Timers.Clear();
        Children.Clear();
    }
}
