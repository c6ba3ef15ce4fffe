using DaprHep.WorkflowProtocol;

namespace Dapr.Workflow.Worker;

/// <summary>External events of an execution: kept until waited for, handed out per name in order of arrival. Case does not
/// matter.</summary>
internal sealed class EventInbox
{
    private readonly List<HistoryEvent> _kept = [];
    private readonly Dictionary<string, Queue<TaskCompletionSource<HistoryEvent>>> _waits = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>Events nobody has taken.</summary>
    public IReadOnlyList<HistoryEvent> Kept => _kept;

    /// <summary>Whether any wait is open.</summary>
    public bool HasWaits => _waits.Values.Any(queue => queue.Any(wait => !wait.Task.IsCompleted));

    public void Raised(HistoryEvent raised)
    {
        var name = raised.EventRaised.Name;
        while (_waits.TryGetValue(name, out var queue) && queue.TryDequeue(out var wait))
        {
            if (queue.Count == 0)
                _waits.Remove(name);
            if (wait.Task.IsCompleted)
                continue;
            TurnThread.Complete(() => wait.SetResult(raised));
            return;
        }

        _kept.Add(raised);
    }

    public Task<HistoryEvent> WaitAsync(string name, CancellationToken cancellation)
    {
        var index = _kept.FindIndex(e => string.Equals(e.EventRaised.Name, name, StringComparison.OrdinalIgnoreCase));
        if (index >= 0)
        {
            var kept = _kept[index];
            _kept.RemoveAt(index);
            return Task.FromResult(kept);
        }

        var wait = new TaskCompletionSource<HistoryEvent>();
        if (!_waits.TryGetValue(name, out var queue))
            _waits.Add(name, queue = new Queue<TaskCompletionSource<HistoryEvent>>());
        queue.Enqueue(wait);
        if (cancellation.CanBeCanceled)
            cancellation.Register(() => TurnThread.Complete(() => wait.TrySetCanceled(cancellation)));
        return wait.Task;
    }
}
