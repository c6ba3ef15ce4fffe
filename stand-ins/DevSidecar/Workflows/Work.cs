using DaprHep.WorkflowProtocol;

namespace DaprHep.DevSidecar.Workflows;

/// <summary>Something a worker of <paramref name="app"/> must do. Delivered until it is answered.</summary>
internal abstract class Work(string app, WorkItem item)
{
    public string App { get; } = app;

    public WorkItem Item { get; } = item;

    /// <summary>The stream that has it; null while it waits for a worker.</summary>
    public WorkStream? Stream { get; set; }

    /// <summary>Its place among the stream's unanswered work, or among the work that waits.</summary>
    public LinkedListNode<Work>? Place { get; set; }
}

/// <summary>A turn of a workflow.</summary>
internal sealed class TurnWork(string app, Instance instance, WorkItem item, long upToSeq) : Work(app, item)
{
    private readonly HashSet<string> _tokens = [item.CompletionToken];

    public Instance Instance { get; } = instance;

    /// <summary>Number of the last inbox event it holds.</summary>
    public long UpToSeq { get; } = upToSeq;

    public IReadOnlyList<HistoryEvent> NewEvents => Item.WorkflowRequest.NewEvents;

    public bool Accepts(string token) => _tokens.Contains(token);
}

/// <summary>An activity a workflow waits for.</summary>
internal sealed class ActivityWork(string app, Instance instance, WorkItem item) : Work(app, item)
{
    public Instance Instance { get; } = instance;

    public int TaskId => Item.ActivityRequest.TaskId;
}
