using System.Net;
using System.Text;
using System.Text.Json;
using System.Threading.Channels;
using Dapr.Workflow.Grpc;
using Dapr.Workflow.Tests;
using DaprHep.WorkflowProtocol;
using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;

namespace DaprHep.DevSidecar.Tests;

/// <summary>
/// Plays the clients and workers of one captured scenario against the sidecar, message by message in the captured order, and compares
/// what the sidecar says with what the real runtime said. Times and ids that the runtime made up are left out.
/// </summary>
internal sealed class CapturedPlay : IAsyncDisposable
{
    private const string OnlyApp = "wfapp";
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(45);
    private static readonly Dictionary<string, string> AppOfNode = new()
    {
        ["wfapp"] = OnlyApp, ["p1"] = "pipeline", ["p2"] = "pipeline", ["i1"] = "ingest", ["i2"] = "ingest", ["t1"] = "trainer", ["late"] = "lateapp",
    };

    private readonly string _scenario;
    private readonly CapturedPlayOptions _options;
    private readonly List<CapturedLine> _lines;
    private readonly LocalStack _stack;
    private readonly CancellationTokenSource _limit = new(Limit);
    private readonly Dictionary<string, SidecarChannel> _channels = [];
    private readonly Dictionary<int, RawWorker> _workers = [];
    private readonly Dictionary<string, Inbox> _inboxes = [];
    private readonly Dictionary<int, Pending> _calls = [];
    private readonly Dictionary<string, WorkflowRequest> _lastTurns = [];
    private readonly HashSet<string> _instances = [];
    private readonly HashSet<string> _repeated = [];
    private readonly List<(string Instance, string Name, string? Input)> _raised = [];
    private TimeSpan? _offset;
    private DateTimeOffset? _captured;

    private CapturedPlay(string scenario, CapturedPlayOptions options, List<CapturedLine> lines, LocalStack stack)
    {
        (_scenario, _options, _lines, _stack) = (scenario, options, lines, stack);
        foreach (var node in stack.Sidecar.Nodes)
            _inboxes.TryAdd(node.AppId, new Inbox());
    }

    /// <summary>Plays a scenario from its first line to its last.</summary>
    public static async Task RunAsync(string scenario, CapturedPlayOptions options)
    {
        var lines = CapturedLine.Read(scenario);
        var nodes = lines.Select(l => l.Node).Distinct().ToList();
        var stack = await LocalStack.StartAsync(new SidecarOptions
        {
            JournalPath = LocalStack.NewJournal(),
            Nodes = [.. nodes.Select(n => new NodeOptions(AppOfNode[n]))],
        });
        await using var play = new CapturedPlay(scenario, options, lines, stack);
        for (var i = 0; i < nodes.Count; i++)
            play._channels[nodes[i]] = new SidecarChannel(new Uri($"http://127.0.0.1:{stack.Sidecar.Nodes[i].GrpcPort}"), null);
        await play.PlayAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await _limit.CancelAsync();
        foreach (var call in _calls.Values)
            await call.Answer.ContinueWith(_ => { }, TaskScheduler.Default);
        foreach (var channel in _channels.Values)
            channel.Dispose();
        await _stack.DisposeAsync();
        _limit.Dispose();
    }

    private async Task PlayAsync()
    {
        // Streams that were open before the scenario began.
        var opened = _lines.Where(l => l is { Rpc: "GetWorkItems", FromClient: true }).Select(l => l.Call).ToHashSet();
        foreach (var line in _lines.Where(l => l is { Rpc: "GetWorkItems", FromClient: false } && !opened.Contains(l.Call)).DistinctBy(l => l.Call))
            await OpenAsync(line);
        foreach (var line in _lines)
        {
            switch (line)
            {
                case { Rpc: "Hello" }:
                    break;
                case { Rpc: "GetWorkItems", FromClient: true }:
                    await OpenAsync(line);
                    break;
                case { Rpc: "GetWorkItems", Message: null }:
                    Close(line);
                    break;
                case { Rpc: "GetWorkItems" }:
                    await ReceiveAsync(line, (WorkItem)line.Message);
                    break;
                case { FromClient: true }:
                    await SendAsync(line);
                    break;
                default:
                    await CompareAnswerAsync(line);
                    break;
            }
        }
    }

    private async Task OpenAsync(CapturedLine line)
    {
        var worker = new RawWorker(_channels[line.Node], _limit.Token);
        await worker.OpenedAsync();
        _workers[line.Call] = worker;
        _inboxes[AppOfNode[line.Node]].Listen(line.Call, worker);
    }

    private void Close(CapturedLine line)
    {
        if (_workers.Remove(line.Call, out var worker))
            worker.Close();
        _inboxes[AppOfNode[line.Node]].Forget(line.Call);
    }

    private async Task ReceiveAsync(CapturedLine line, WorkItem expected)
    {
        var inbox = _inboxes[AppOfNode[line.Node]];
        var turn = expected.WorkflowRequest;
        if (turn is not null)
        {
            _captured ??= turn.NewEvents[0].Timestamp.ToDateTimeOffset();
            if (_options.RepeatsTurns && _lastTurns.TryGetValue(turn.InstanceId, out var last) && SameEvents(last, turn))
            {
                _repeated.Add(turn.InstanceId);
                return;
            }

            _lastTurns[turn.InstanceId] = turn;
            await RaiseOverHttpAsync(line, turn);
        }

        while (true)
        {
            var actual = await inbox.TakeAsync(KeyOf(expected), line.Where, _limit.Token);
            if (turn is not null && _options.GathersResults && IsPartOf(actual.WorkflowRequest, turn))
            {
                // Results that the runtime gathered into one turn come in several: the worker has nothing to say to the first ones.
                await CallAsync(line.Node, "CompleteOrchestratorTask",
                    new WorkflowResponse { InstanceId = turn.InstanceId, CompletionToken = actual.CompletionToken }, _limit.Token);
                continue;
            }

            if (turn is not null && _options.GathersResults)
                EventsOf(actual.WorkflowRequest).ShouldBe(EventsOf(turn), ignoreOrder: true, line.Where);
            else
                CapturedCompare.Same(expected, actual, line.Where);
            return;
        }
    }

    // Events that reached the runtime over HTTP are in no gRPC message of a client.
    private async Task RaiseOverHttpAsync(CapturedLine line, WorkflowRequest turn)
    {
        foreach (var e in turn.NewEvents.Select(e => e.EventRaised).OfType<EventRaisedEvent>())
        {
            if (_raised.Remove((turn.InstanceId, e.Name, e.Input)))
                continue;
            var port = _stack.Sidecar.Node(AppOfNode[line.Node]).HttpPort;
            using var http = new HttpClient { BaseAddress = new Uri($"http://127.0.0.1:{port}") };
            using var body = new StringContent(e.Input ?? string.Empty, Encoding.UTF8, "application/json");
            using var answer = await http.PostAsync(
                new Uri($"v1.0/workflows/dapr/{Uri.EscapeDataString(turn.InstanceId)}/raiseEvent/{e.Name}", UriKind.Relative), body, _limit.Token);
            answer.StatusCode.ShouldBe(HttpStatusCode.Accepted, line.Where);
        }
    }

    private async Task SendAsync(CapturedLine line)
    {
        switch (line.Message)
        {
            case null:
                return;
            case CreateInstanceRequest start:
                _instances.Add(start.InstanceId);
                break;
            case RaiseEventRequest raise:
                _raised.Add((raise.InstanceId, raise.Name, raise.Input));
                break;
            case WorkflowResponse response when _repeated.Remove(response.InstanceId):
                return;
            case WorkflowResponse response:
                _offset ??= _captured is null ? null : DateTimeOffset.UtcNow - _captured;
                Shift(response);
                break;
        }

        var cancel = CancellationTokenSource.CreateLinkedTokenSource(_limit.Token);
        var answer = CallAsync(line.Node, line.Rpc, line.Message, cancel.Token);
        _calls[line.Call] = new Pending(answer, cancel);

        // The next message of the capture may rest on this one being done.
        if (line.Message is WorkflowResponse or ActivityResponse or RaiseEventRequest)
            await answer.ContinueWith(_ => { }, TaskScheduler.Default);
    }

    // Timers keep their distance from the turn.
    private void Shift(WorkflowResponse response)
    {
        foreach (var timer in response.Actions.Select(a => a.CreateTimer).OfType<CreateTimerAction>())
        {
            if (_offset is { } shift && timer.FireAt.Seconds < 253402300799)
                timer.FireAt = Timestamp.FromDateTimeOffset(timer.FireAt.ToDateTimeOffset() + shift);
        }
    }

    private async Task CompareAnswerAsync(CapturedLine line)
    {
        if (!_calls.TryGetValue(line.Call, out var call))
            return;
        if (line is { Status: "CANCELLED" })
        {
            await call.Cancel.CancelAsync();
            await call.Answer.ContinueWith(_ => { }, TaskScheduler.Default);
            return;
        }

        if (line.Status is { } status)
        {
            var error = await Should.ThrowAsync<RpcException>(call.Answer, line.Where);
            error.StatusCode.ToString().ToUpperInvariant().ShouldBe(status.Replace("_", "", StringComparison.Ordinal), line.Where);
            if (!CapturedCompare.HasMadeUpText(line.Details))
                error.Status.Detail.ShouldBe(line.Details, line.Where);
            return;
        }

        var answer = await call.Answer;
        if (line.Message is ListInstanceIDsResponse listed && answer is ListInstanceIDsResponse actual)
            actual.InstanceIds.Where(_instances.Contains).ShouldBe(listed.InstanceIds.Where(_instances.Contains), ignoreOrder: true, line.Where);
        else if (line.Message is not null)
            CapturedCompare.Same(line.Message, answer, line.Where);
    }

    private Task<IMessage> CallAsync(string node, string rpc, IMessage request, CancellationToken cancellation)
    {
        var path = SidecarMethod.Service + rpc;
        return rpc switch
        {
            "StartInstance" => Ask(CreateInstanceResponse.Parser),
            "GetInstance" or "WaitForInstanceStart" or "WaitForInstanceCompletion" => Ask(GetInstanceResponse.Parser),
            "PurgeInstances" => Ask(PurgeInstancesResponse.Parser),
            "GetInstanceHistory" => Ask(GetInstanceHistoryResponse.Parser),
            "ListInstanceIDs" => Ask(ListInstanceIDsResponse.Parser),
            "RerunWorkflowFromEvent" => Ask(RerunWorkflowFromEventResponse.Parser),
            _ => Ask(CompleteTaskResponse.Parser),
        };

        async Task<IMessage> Ask<T>(MessageParser<T> parser) where T : IMessage<T> =>
            await _channels[node].CallAsync(path, request, parser, null, cancellation);
    }

    private static string KeyOf(WorkItem item) => item.ActivityRequest is { } activity
        ? $"activity {activity.WorkflowInstance.InstanceId}#{activity.TaskId}"
        : $"turn {item.WorkflowRequest.InstanceId}";

    private static List<string> EventsOf(WorkflowRequest turn) =>
        [.. turn.PastEvents.Concat(turn.NewEvents).Where(e => e.WorkflowStarted is null).Select(CapturedCompare.TextOf)];

    private static bool SameEvents(WorkflowRequest one, WorkflowRequest other) => EventsOf(one).SequenceEqual(EventsOf(other));

    private static bool IsPartOf(WorkflowRequest part, WorkflowRequest whole)
    {
        var rest = EventsOf(whole);
        var events = EventsOf(part);
        return events.Count < rest.Count && events.All(rest.Remove);
    }

    private sealed record Pending(Task<IMessage> Answer, CancellationTokenSource Cancel);

    /// <summary>What the workers of an app were sent and the play has not come to yet.</summary>
    private sealed class Inbox
    {
        private readonly Channel<(int Stream, WorkItem Item)> _arriving = Channel.CreateUnbounded<(int, WorkItem)>();
        private readonly List<(int Stream, WorkItem Item)> _items = [];
        private readonly HashSet<int> _closed = [];

        public void Listen(int stream, RawWorker worker) => _ = Task.Run(async () =>
        {
            try
            {
                while (true)
                    await _arriving.Writer.WriteAsync((stream, await worker.NextAsync()));
            }
            catch (Exception e) when (e is OperationCanceledException or ChannelClosedException or RpcException)
            {
                // The stream is closed; what it had not answered comes on another.
            }
        });

        public void Forget(int stream)
        {
            _closed.Add(stream);
            _items.RemoveAll(i => i.Stream == stream);
        }

        public async Task<WorkItem> TakeAsync(string key, string where, CancellationToken limit)
        {
            while (true)
            {
                var index = _items.FindIndex(i => KeyOf(i.Item) == key);
                if (index >= 0)
                {
                    var item = _items[index].Item;
                    _items.RemoveAt(index);
                    return item;
                }

                try
                {
                    var arrived = await _arriving.Reader.ReadAsync(limit);
                    if (!_closed.Contains(arrived.Stream))
                        _items.Add(arrived);
                }
                catch (OperationCanceledException)
                {
                    var sent = string.Join(", ", _items.Select(i => KeyOf(i.Item)));
                    throw new TimeoutException($"{where}: the sidecar never sent {key}; it sent {sent}.");
                }
            }
        }
    }
}

/// <summary>What a comparison leaves to the runtime in a scenario.</summary>
/// <param name="GathersResults">Timing decides how many results a turn brings; the events of all turns together are compared.</param>
/// <param name="RepeatsTurns">The runtime repeats a turn while an app is absent; ours gives it out once.</param>
internal sealed record CapturedPlayOptions(bool GathersResults = false, bool RepeatsTurns = false);

/// <summary>One line of a captured scenario.</summary>
internal sealed record CapturedLine(
    string Where, string Node, int Call, string Rpc, bool FromClient, IMessage? Message, string? Status, string? Details)
{
    public static List<CapturedLine> Read(string scenario)
    {
        var lines = new List<CapturedLine>();
        var number = 0;
        foreach (var text in File.ReadLines(Path.Combine(CapturedTraffic.Folder!, scenario + ".jsonl")))
        {
            number++;
            using var json = JsonDocument.Parse(text);
            var root = json.RootElement;
            if (!root.TryGetProperty("rpc", out var rpc))
                continue;
            lines.Add(new CapturedLine(
                $"{scenario}:{number}",
                root.TryGetProperty("node", out var node) && node.GetString() is { } name ? name : "wfapp",
                root.GetProperty("call").GetInt32(),
                rpc.GetString()!,
                root.GetProperty("dir").GetString() == "c2s",
                MessageOf(root),
                root.TryGetProperty("status", out var status) ? status.GetString() : null,
                root.TryGetProperty("details", out var details) ? details.GetString() : null));
        }

        return lines;
    }

    private static IMessage? MessageOf(JsonElement root)
    {
        if (!root.TryGetProperty("b64", out var b64) || CapturedTraffic.ParserOf(root.GetProperty("type").GetString()!) is not { } parser)
            return null;
        try
        {
            return parser.ParseFrom(b64.GetBytesFromBase64());
        }
        catch (InvalidProtocolBufferException)
        {
            return null; // Sent damaged on purpose.
        }
    }
}
