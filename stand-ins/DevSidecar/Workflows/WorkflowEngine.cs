using DaprHep.DevSidecar.Grpc;
using DaprHep.DevSidecar.Journal;
using DaprHep.WorkflowProtocol;
using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;

namespace DaprHep.DevSidecar.Workflows;

/// <summary>
/// All workflows of all apps: what clients ask for, what workers get, what is due. State lives in memory under one lock and is
/// journaled as it changes; callers and workers learn of a change only after it is committed. The lock is the journal's, so that a
/// change of several rows (a turn's history, what it took from the inbox, what it sent) is one transaction.
/// </summary>
internal sealed partial class WorkflowEngine : IDisposable
{
    private const string NoInstance = "no such instance exists";
    private static readonly Timestamp Never = new() { Seconds = 253402300799, Nanos = 999999999 };
    private readonly Lock _gate;
    private readonly Dictionary<InstanceKey, Instance> _live = [];
    private readonly Dictionary<string, AppWorkers> _workers = [];
    private readonly Dictionary<(string App, string Instance, int Task), List<ActivityWork>> _activities = [];
    private readonly StateWatch _watch = new();
    private readonly DueTimers _timers = new();
    private readonly WriteJournal _journal;
    private readonly JournalReader _reader;
    private readonly WorkflowConfiguration _configuration;
    private readonly ILogger _logger;

    public WorkflowEngine(WriteJournal journal, JournalReader reader, WorkflowConfiguration configuration, ILogger logger)
    {
        _configuration = configuration;
        _journal = journal;
        _gate = journal.Gate;
        _reader = reader;
        _logger = logger;
        lock (_gate)
            Recover();

        // What recovery has changed is there before anybody asks.
        journal.AskAsync(_ => 0).GetAwaiter().GetResult();
    }

    /// <summary>Workers connected to one node of an app.</summary>
    public int ConnectedWorkers(string app, string node)
    {
        lock (_gate)
            return WorkersOf(app).Streams.Count(s => s.Node == node);
    }

    public WorkStream OpenStream(string app, string node)
    {
        var stream = new WorkStream(app, node);
        lock (_gate)
        {
            WorkersOf(app).Open(stream);
            foreach (var instance in _live.Values.Where(i => i.Stalled && i.Key.App == app).ToList())
            {
                instance.Stalled = false;
                NextTurn(instance);
            }
        }

        return stream;
    }

    /// <summary>What the lost worker had not answered goes to another one, or waits for the next.</summary>
    public void CloseStream(WorkStream stream)
    {
        lock (_gate)
        {
            var workers = WorkersOf(stream.App);
            foreach (var work in workers.Close(stream))
            {
                if (work is TurnWork turn)
                    turn.Instance.NeedsTokens = true;
                workers.Dispatch(work);
            }

            if (workers.Streams.Count == 0)
                _logger.LogInformation("App {App} has no worker any more; {Count} work items wait for one.", stream.App,
                    workers.WaitingCount);
        }
    }

    /// <summary>Starts an instance once a worker of the app is connected; ends when it is stored, or with its first turn.</summary>
    public async Task StartAsync(string app, CreateInstanceRequest request, bool untilFirstTurn, CancellationToken cancellation)
    {
        if (request.InstanceId.AsSpan().IndexOfAny("/\\#?") >= 0)
            throw new GrpcFailure(GrpcStatus.Unknown,
                $"failed to create workflow instance: '{request.InstanceId}' must not contain '/', '\\', '#' or '?'");
        Task connected;
        lock (_gate)
            connected = WorkersOf(app).Connected;
        await connected.WaitAsync(cancellation);
        var due = request.ScheduledStartTimestamp?.ToDateTime();
        Task stored;
        Task taken;
        lock (_gate)
        {
            var key = new InstanceKey(app, request.InstanceId);
            if (_live.TryGetValue(key, out var existing) && !existing.Ended)
                throw new DuplicateInstanceException(request.InstanceId);
            var started = NewEvent(new HistoryEvent
            {
                ExecutionStarted = new ExecutionStartedEvent
                {
                    Name = request.Name,
                    Input = request.Input,
                    WorkflowInstance = NewExecution(request.InstanceId),
                    ScheduledStartTimestamp = request.ScheduledStartTimestamp,
                },
                Router = new TaskRouter { SourceAppID = app },
            });
            SetTrace(started.ExecutionStarted, request.ParentTraceContext);
            var instance = Create(key, started, due > DateTime.UtcNow ? due : null);
            taken = instance.NotBefore is null ? instance.Taken(instance.LastSeq) : Task.CompletedTask;
            stored = Committed();
        }

        await stored.WaitAsync(cancellation);
        if (untilFirstTurn)
            await taken.WaitAsync(cancellation);
    }

    public WorkflowState? Find(string app, string id)
    {
        lock (_gate)
        {
            if (_live.TryGetValue(new InstanceKey(app, id), out var instance))
                return instance.Visible;
        }

        return _reader.FindInstance(app, id);
    }

    /// <summary>Waits, for ever if need be, until the state is as wanted.</summary>
    public Task<WorkflowState> WaitAsync(string app, string id, Func<WorkflowState, bool> wanted, CancellationToken cancellation)
    {
        var key = new InstanceKey(app, id);
        var wait = _watch.Add(key, wanted, cancellation);

        // On the journal's thread, so that no change can fall between the look and the watch.
        _journal.AfterCommit(() =>
        {
            if (Find(app, id) is { } state)
                _watch.Changed(key, state);
        });
        return wait;
    }

    /// <summary>Gives an event to an instance. The first task ends when it is stored, the second when a turn has taken it.</summary>
    /// <exception cref="GrpcFailure">Unknown instance.</exception>
    public (Task Stored, Task Taken) Raise(string app, string id, HistoryEvent e)
    {
        lock (_gate)
        {
            if (_live.TryGetValue(new InstanceKey(app, id), out var instance) && !instance.Ended)
            {
                if (instance.NotBefore is not null)
                {
                    instance.NotBefore = null;
                    Save(instance);
                }

                Put(instance, NewEvent(e));
                return (Committed(), instance.Taken(instance.LastSeq));
            }
        }

        if (Find(app, id) is null)
            throw new GrpcFailure(GrpcStatus.Unknown, NoInstance);
        return (Task.CompletedTask, Task.CompletedTask);
    }

    public List<HistoryEvent> History(string app, string id)
    {
        lock (_gate)
        {
            if (_live.TryGetValue(new InstanceKey(app, id), out var instance))
                return [.. instance.Past];
        }

        return _reader.FindInstance(app, id) is null
            ? throw new GrpcFailure(GrpcStatus.NotFound, $"workflow instance '{id}' not found")
            : _reader.History(app, id);
    }

    public (List<string> Ids, string? Next) List(string app, string? after, long? pageSize)
    {
        var ids = _reader.InstanceIds(app, after ?? string.Empty, pageSize is { } size ? size + 1 : long.MaxValue);
        if (pageSize is not { } page || ids.Count <= page)
            return (ids, null);
        ids.RemoveAt(ids.Count - 1);
        return (ids, ids[^1]);
    }

    /// <summary>Deletes an ended instance, a running one too when forced, and with <paramref name="recursive"/> its children.</summary>
    public async Task<int> PurgeAsync(string app, string id, bool recursive, bool force)
    {
        await _journal.AskAsync(_ => 0);
        var count = 0;
        lock (_gate)
        {
            var open = new Stack<InstanceKey>([new InstanceKey(app, id)]);
            while (open.TryPop(out var key))
            {
                _live.TryGetValue(key, out var instance);
                if (instance is null && _reader.FindInstance(key.App, key.Id) is null)
                {
                    if (count == 0)
                        throw new GrpcFailure(GrpcStatus.Unknown, "failed to purge workflow state: " + NoInstance);
                    continue;
                }

                if (instance is { Ended: false } && !force)
                {
                    if (count == 0)
                        throw new GrpcFailure(GrpcStatus.Unknown, "failed to purge workflow state: orchestration has not yet completed");
                    continue;
                }

                var history = instance?.Past ?? _reader.History(key.App, key.Id);
                if (recursive)
                {
                    foreach (var child in history.Where(e => e.ChildWorkflowInstanceCreated is not null))
                        open.Push(ChildKey(key.App, child));
                }

                if (instance is not null)
                    Drop(instance);
                _journal.Write(store => store.RemoveInstance(key.App, key.Id));
                count++;
            }
        }

        await _journal.AskAsync(_ => 0);
        return count;
    }

    public void Dispose() => _timers.Dispose();

    private Instance Create(InstanceKey key, HistoryEvent started, DateTime? notBefore)
    {
        var state = new WorkflowState { InstanceId = key.Id, WorkflowStatus = OrchestrationStatus.Pending };
        var instance = new Instance(key, state) { Started = started, NotBefore = notBefore, Span = WorkflowSpan.Start(key, started) };
        _live[key] = instance;
        _journal.Write(store => store.ClearExecution(key.App, key.Id));
        Save(instance);
        Put(instance, started);
        if (notBefore is { } due)
            _timers.At(due, () => Begin(instance));
        return instance;
    }

    private void Begin(Instance instance)
    {
        lock (_gate)
        {
            instance.NotBefore = null;
            NextTurn(instance);
        }
    }

    private void Put(Instance instance, HistoryEvent e)
    {
        var seq = ++instance.LastSeq;
        instance.Inbox.Add(e);
        var (app, id) = instance.Key;
        var bytes = e.ToByteArray();
        _journal.Write(store => store.AddInbox(app, id, seq, bytes));
        NextTurn(instance);
    }

    // The whole history goes with every turn: workers keep nothing.
    private void NextTurn(Instance instance)
    {
        if (instance.InFlight is not null || instance.Ended || instance.Stalled || instance.NotBefore is not null
            || instance.Inbox.Count == 0)
            return;
        var request = new WorkflowRequest { InstanceId = instance.Key.Id };
        request.PastEvents.AddRange(instance.Past);
        var started = NewEvent(new HistoryEvent { WorkflowStarted = new WorkflowStartedEvent() });
        if (instance.Continued && instance.Past.Count == 0)
            started.Router = new TaskRouter { SourceAppID = instance.Key.App };
        request.NewEvents.Add(started);
        var left = instance.Inbox.Count - (instance.FirstTurn ?? instance.Inbox.Count);
        instance.FirstTurn = null;
        request.NewEvents.AddRange(instance.Inbox.SkipLast(left));
        var item = new WorkItem { WorkflowRequest = request, CompletionToken = instance.NeedsTokens ? TurnWork.NewToken() : string.Empty };
        instance.InFlight = new TurnWork(instance.Key.App, instance, item, instance.LastSeq - left);
        WorkersOf(instance.Key.App).Dispatch(instance.InFlight);
    }

    private void Drop(Instance instance)
    {
        instance.Ended = true;
        WorkflowSpan.End(instance.Span, null);
        instance.Inbox.Clear();
        if (instance.InFlight is { } turn)
            WorkersOf(turn.App).Done(turn);
        instance.InFlight = null;
        instance.Abandon();
        if (_live.GetValueOrDefault(instance.Key) == instance)
            _live.Remove(instance.Key);
        foreach (var wait in instance.ReleaseWaits(long.MaxValue))
            wait.TrySetResult();
    }

    private void Forget(ActivityWork work)
    {
        var place = (work.App, work.Instance.Key.Id, work.TaskId);
        if (_activities.TryGetValue(place, out var same) && same.Remove(work) && same.Count == 0)
            _activities.Remove(place);
    }

    private void Save(Instance instance)
    {
        var (app, id) = instance.Key;
        var (ended, notBefore, record) = (instance.Ended, instance.NotBefore?.Ticks, instance.State.ToByteArray());
        _journal.Write(store => store.SaveInstance(app, id, ended, notBefore, record));
    }

    private AppWorkers WorkersOf(string app)
    {
        if (!_workers.TryGetValue(app, out var workers))
            _workers.Add(app, workers = new AppWorkers(app, _configuration));
        return workers;
    }

    private Task Committed()
    {
        var committed = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        _journal.AfterCommit(committed.SetResult);
        return committed.Task;
    }

    private static InstanceKey ChildKey(string app, HistoryEvent created) =>
        new(created.Router is { HasTargetAppID: true, TargetAppID.Length: > 0 } router ? router.TargetAppID : app,
            created.ChildWorkflowInstanceCreated.InstanceId);

    private static WorkflowInstance NewExecution(string id) => new() { InstanceId = id, ExecutionId = Guid.NewGuid().ToString() };

    private static HistoryEvent NewEvent(HistoryEvent e, int id = -1)
    {
        e.EventId = id;
        e.Timestamp = Timestamp.FromDateTime(DateTime.UtcNow);
        return e;
    }

    private static void SetTrace(ExecutionStartedEvent started, TraceContext? trace)
    {
        if (string.IsNullOrEmpty(trace?.TraceParent))
            return;
        started.ParentTraceContext = trace;
        started.WorkflowSpanID = trace.TraceParent.Split('-') is [_, _, var span, ..] ? span : string.Empty;
    }
}

/// <summary>An instance of that id runs already.</summary>
internal sealed class DuplicateInstanceException(string id) : Exception($"an active workflow with ID '{id}' already exists");
