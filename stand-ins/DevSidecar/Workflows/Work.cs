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
    private const string TokenPrefix = "turn-";

    public Instance Instance { get; } = instance;

    /// <summary>Number of the last inbox event it holds.</summary>
    public long UpToSeq { get; } = upToSeq;

    public IReadOnlyList<HistoryEvent> NewEvents => Item.WorkflowRequest.NewEvents;

    /// <summary>A fresh token for a turn that may have been given out twice.</summary>
    public static string NewToken() => TokenPrefix + Guid.NewGuid();

    /// <summary>
    /// Whether an answer with that token is this turn's. Tokens of a worker's own making mean nothing, as to the runtime; only those
    /// of another turn keep its answer away.
    /// </summary>
    public bool Accepts(string token) => token == Item.CompletionToken
        || (Item.CompletionToken.Length == 0 && !token.StartsWith(TokenPrefix, StringComparison.Ordinal));
}

/// <summary>An activity a workflow waits for.</summary>
internal sealed class ActivityWork(string app, Instance instance, WorkItem item) : Work(app, item)
{
    public Instance Instance { get; } = instance;

    public int TaskId => Item.ActivityRequest.TaskId;

    /// <summary>The apps between which it runs, for its answer.</summary>
    public required TaskRouter Router { get; init; }
}
