namespace DaprHep.DevSidecar.Workflows;

/// <summary>
/// The workers of one app, over all its replicas, and the work that waits for one that may have more. Belongs to the engine's lock.
/// </summary>
internal sealed class AppWorkers(string app, WorkflowConfiguration configuration)
{
    private readonly List<WorkStream> _streams = [];
    private readonly LinkedList<Work> _waiting = [];
    private TaskCompletionSource _connected = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _next;

    public string App { get; } = app;

    public IReadOnlyList<WorkStream> Streams => _streams;

    /// <summary>Ends when a worker is connected.</summary>
    public Task Connected => _connected.Task;

    /// <summary>Work that waits because no worker is connected, or because those that are have as much as they may.</summary>
    public int WaitingCount => _waiting.Count;

    public void Open(WorkStream stream)
    {
        _streams.Add(stream);
        _connected.TrySetResult();
        DispatchWaiting();
    }

    /// <summary>Takes a stream away and returns what its worker had not answered.</summary>
    public List<Work> Close(WorkStream stream)
    {
        _streams.Remove(stream);
        stream.Close();
        if (_streams.Count == 0)
            _connected = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var lost = stream.Unanswered.ToList();
        stream.Unanswered.Clear();
        foreach (var work in lost)
        {
            work.Stream = null;
            work.Place = null;
        }

        return lost;
    }

    /// <summary>Gives work to the workers in turn, or keeps it until one connects or may have more.</summary>
    public void Dispatch(Work work)
    {
        if (StreamFor(work) is { } stream)
            stream.Send(work);
        else
            work.Place = _waiting.AddLast(work);
    }

    /// <summary>Work that is answered, or that nobody wants any more.</summary>
    public void Done(Work work)
    {
        if (work.Place is { List: { } list } place)
            list.Remove(place);
        work.Place = null;
        work.Stream = null;
        if (_waiting.Count > 0 && _streams.Count > 0)
            DispatchWaiting();
    }

    private void DispatchWaiting()
    {
        for (var (next, count) = (_waiting.First, _waiting.Count); count > 0 && next is not null; count--)
        {
            var work = next.Value;
            next = next.Next;
            if (StreamFor(work) is not { } stream)
                continue;
            _waiting.Remove(work.Place!);
            stream.Send(work);
        }
    }

    private WorkStream? StreamFor(Work work)
    {
        var limit = work is TurnWork ? configuration.MaxConcurrentWorkflowInvocations : configuration.MaxConcurrentActivityInvocations;
        for (var tries = _streams.Count; tries > 0; tries--)
        {
            var stream = _streams[_next++ % _streams.Count];
            if (limit is null || _streams.Where(s => s.Node == stream.Node).Sum(s => s.CountLike(work)) < limit)
                return stream;
        }

        return null;
    }
}
