using System.Threading.Channels;
using DaprHep.WorkflowProtocol;

namespace DaprHep.DevSidecar.Workflows;

/// <summary>One worker's open work stream.</summary>
internal sealed class WorkStream(string app, string node)
{
    private readonly Channel<WorkItem> _items = Channel.CreateUnbounded<WorkItem>(new UnboundedChannelOptions { SingleReader = true });

    public string App { get; } = app;

    public string Node { get; } = node;

    public ChannelReader<WorkItem> Items => _items.Reader;

    /// <summary>What the worker has and has not answered, in order of delivery.</summary>
    public LinkedList<Work> Unanswered { get; } = [];

    /// <summary>How much unanswered work of the same kind the worker has: turns, or activities.</summary>
    public int CountLike(Work work) => Unanswered.Count(w => w is TurnWork == work is TurnWork);

    public void Send(Work work)
    {
        work.Stream = this;
        work.Place = Unanswered.AddLast(work);
        _items.Writer.TryWrite(work.Item);
    }

    public void Close() => _items.Writer.TryComplete();
}
