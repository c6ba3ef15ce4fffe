namespace DaprHep.DevSidecar.Workflows;

/// <summary>The workers of one app, over all its replicas, and the work that waits for one. Belongs to the engine's lock.</summary>
internal sealed class AppWorkers(string app)
{
    private readonly List<WorkStream> _streams = [];
    private readonly LinkedList<Work> _waiting = [];
    private TaskCompletionSource _connected = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _next;

    public string App { get; } = app;

    public IReadOnlyList<WorkStream> Streams => _streams;

    /// <summary>Ends when a worker is connected.</summary>
    public Task Connected => _connected.Task;

    /// <summary>Work that waits because no worker is connected.</summary>
    public int WaitingCount => _waiting.Count;

    public void Open(WorkStream stream)
    {
        _streams.Add(stream);
        _connected.TrySetResult();
        while (_waiting.First is { } first)
        {
            _waiting.RemoveFirst();
            Dispatch(first.Value);
        }
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

    /// <summary>Gives work to the workers in turn, or keeps it until one connects.</summary>
    public void Dispatch(Work work)
    {
        if (_streams.Count == 0)
            work.Place = _waiting.AddLast(work);
        else
            _streams[_next++ % _streams.Count].Send(work);
    }

    /// <summary>Work that is answered, or that nobody wants any more.</summary>
    public static void Done(Work work)
    {
        if (work.Place is { List: { } list } place)
            list.Remove(place);
        work.Place = null;
        work.Stream = null;
    }
}
