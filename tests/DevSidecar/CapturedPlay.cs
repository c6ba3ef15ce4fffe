using System.Globalization;
using System.Net;
using System.Text;
using Dapr.Workflow.Grpc;
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
    private static readonly Dictionary<string, string> AppOfNode = new()
    {
        ["wfapp"] = OnlyApp, ["p1"] = "pipeline", ["p2"] = "pipeline", ["i1"] = "ingest",
        ["i2"] = "ingest", ["t1"] = "trainer", ["late"] = "lateapp",
    };

    private readonly CapturedPlayOptions _options;
    private readonly List<CapturedLine> _lines;
    private readonly LocalStack _stack;
    private readonly CancellationTokenSource _limit = new(Patience.Limit);
    private readonly Dictionary<string, SidecarChannel> _channels = [];
    private readonly Dictionary<int, RawWorker> _workers = [];
    private readonly Dictionary<int, string> _open = [];
    private readonly Dictionary<string, CapturedInbox> _inboxes = [];
    private readonly Dictionary<int, Pending> _calls = [];
    private readonly Dictionary<string, int> _ports = [];
    private readonly Dictionary<string, WorkflowRequest> _lastTurns = [];
    private readonly HashSet<string> _instances = [];
    private readonly Dictionary<string, string> _tokens = [];
    private readonly Dictionary<string, int> _taken = [];
    private readonly Dictionary<string, TimeSpan> _shifts = [];
    private readonly CapturedFacts _facts;
    private readonly List<Task> _background = [];
    private readonly HashSet<string> _repeated = [];
    private readonly List<(string Instance, string Name, string? Input)> _raised = [];

    private CapturedPlay(CapturedPlayOptions options, List<CapturedLine> lines, LocalStack stack)
    {
        (_options, _lines, _stack, _facts) = (options, lines, stack, new CapturedFacts(lines));
        foreach (var node in stack.Sidecar.Nodes)
            _inboxes.TryAdd(node.AppId, new CapturedInbox());
    }

    /// <summary>Plays a scenario from its first line to its last.</summary>
    public static async Task RunAsync(string file, CapturedPlayOptions options)
    {
        var lines = CapturedLine.Read(file);
        var nodes = lines.Select(l => l.Node).Distinct().ToList();
        var stack = await LocalStack.StartAsync(new SidecarOptions
        {
            JournalPath = LocalStack.NewJournal(),
            Nodes = [.. nodes.Select(n => new NodeOptions(AppOfNode[n]))],
        });
        await using var play = new CapturedPlay(options, lines, stack);
        for (var i = 0; i < nodes.Count; i++)
        {
            play._ports[nodes[i]] = stack.Sidecar.Nodes[i].GrpcPort;
            play._channels[nodes[i]] = new SidecarChannel(new Uri($"http://127.0.0.1:{stack.Sidecar.Nodes[i].GrpcPort}"), null);
        }

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
        foreach (var line in _lines.Where(l => l is { Rpc: "GetWorkItems", FromClient: false }
            && !opened.Contains(l.Call)).DistinctBy(l => l.Call))
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
                    Close(line.Node, line.Call);
                    if (_options.RestartsSidecar && line.Status == "UNAVAILABLE")
                        await _stack.RestartSidecarAsync();
                    break;
                case { Rpc: "GetWorkItems" }:
                    await ReceiveAsync(line, (WorkItem)line.Message);
                    break;
                case { FromClient: true } when !_facts.Lost.Contains(line.Call):
                    await SendAsync(line);
                    break;
                case { FromClient: true }:
                    break;
                case { Status: "RESOURCE_EXHAUSTED" } when !_calls.ContainsKey(line.Call):
                    _calls[line.Call] = TooLarge(line);
                    await CompareAnswerAsync(line);
                    break;
                default:
                    await CompareAnswerAsync(line);
                    break;
            }
        }

        await Task.WhenAll(_background);
    }

    private async Task OpenAsync(CapturedLine line)
    {
        // A worker that was killed left no line of its own end.
        foreach (var (call, node) in _open.Where(o => o.Value == line.Node && _facts.LastLine(o.Key) < _lines.IndexOf(line)).ToList())
            Close(node, call);
        var worker = new RawWorker(_channels[line.Node], _limit.Token);
        await worker.OpenedAsync();
        _workers[line.Call] = worker;
        _open[line.Call] = line.Node;
        _inboxes[AppOfNode[line.Node]].Listen(line.Call, worker);
    }

    private void Close(string node, int stream)
    {
        if (_workers.Remove(stream, out var worker))
            worker.Close();
        _open.Remove(stream);
        _inboxes[AppOfNode[node]].Forget(stream);
    }

    private async Task ReceiveAsync(CapturedLine line, WorkItem expected)
    {
        var key = CapturedLine.KeyOf(expected);
        var inbox = _inboxes[AppOfNode[line.Node]];
        if (expected.WorkflowRequest is { } turn)
        {
            if (_facts.Foreign.Contains(turn.InstanceId))
                return;
            StartOverHttp(line, turn);
            await RaiseOverHttpAsync(line, turn);
            var repeated = _options.RepeatsTurns && _lastTurns.TryGetValue(turn.InstanceId, out var last) && SameEvents(last, turn);
            if (repeated || (_options.GathersResults && _facts.AnswersNothing(line)))
            {
                _repeated.Add(turn.InstanceId);
                return;
            }

            _lastTurns[turn.InstanceId] = turn;
        }
        else if (_facts.Foreign.Contains(expected.ActivityRequest.WorkflowInstance.InstanceId)
            || (_taken.TryGetValue(key, out var holder) && _workers.ContainsKey(holder)))
        {
            return; // Another replica was lost here than there: ours has it already.
        }

        while (true)
        {
            var (stream, actual) = await inbox.TakeAsync(key, line.Where, _limit.Token);
            _taken[key] = stream;
            _tokens[key] = actual.CompletionToken;
            if (actual.WorkflowRequest is { } got && expected.WorkflowRequest is { } wanted)
            {
                _shifts[got.InstanceId] = got.NewEvents[0].Timestamp.ToDateTimeOffset() - wanted.NewEvents[0].Timestamp.ToDateTimeOffset();
                if (_options.GathersResults && IsPartOf(got, wanted))
                {
                    // Timing decides how many results a turn brings: the worker has nothing to say before the last.
                    await CallAsync(line.Node, "CompleteOrchestratorTask",
                        new WorkflowResponse { InstanceId = got.InstanceId, CompletionToken = actual.CompletionToken }, _limit.Token);
                    continue;
                }

                if (_options.GathersResults || _options.RepeatsTurns)
                {
                    EventsOf(got).ShouldBe(EventsOf(wanted), ignoreOrder: true, line.Where);
                    return;
                }
            }

            CapturedCompare.Same(expected, actual, line.Where);
            return;
        }
    }

    // An instance that nobody started over gRPC was started over HTTP.
    private void StartOverHttp(CapturedLine line, WorkflowRequest turn)
    {
        if (!_facts.StartedOverHttp.Contains(turn.InstanceId) || !_instances.Add(turn.InstanceId))
            return;
        var started = turn.NewEvents.First(e => e.ExecutionStarted is not null).ExecutionStarted;
        _background.Add(PostAsync());

        async Task PostAsync()
        {
            var port = _stack.Sidecar.Node(AppOfNode[line.Node]).HttpPort;
            using var http = new HttpClient { BaseAddress = new Uri($"http://127.0.0.1:{port}") };
            using var request = new HttpRequestMessage(HttpMethod.Post,
                $"v1.0/workflows/dapr/{started.Name}/start?instanceID={Uri.EscapeDataString(turn.InstanceId)}")
            {
                Content = new StringContent(started.Input ?? string.Empty, Encoding.UTF8, "application/json"),
            };
            if (started.ParentTraceContext is { } trace)
                request.Headers.Add("traceparent", trace.TraceParent);
            using var answer = await http.SendAsync(request, _limit.Token);
            answer.StatusCode.ShouldBe(HttpStatusCode.Accepted, line.Where);
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
                new Uri($"v1.0/workflows/dapr/{Uri.EscapeDataString(turn.InstanceId)}/raiseEvent/{e.Name}", UriKind.Relative),
                body, _limit.Token);
            answer.StatusCode.ShouldBe(HttpStatusCode.Accepted, line.Where);
        }
    }

    private async Task SendAsync(CapturedLine line)
    {
        var message = line.Message;
        switch (message)
        {
            case CreateInstanceRequest start:
                _instances.Add(start.InstanceId);
                if (start.ScheduledStartTimestamp is { } due)
                    start.ScheduledStartTimestamp =
                        Timestamp.FromDateTimeOffset(DateTimeOffset.UtcNow + (due.ToDateTimeOffset() - _facts.TimeOf(line)));
                break;
            case RaiseEventRequest raise:
                _raised.Add((raise.InstanceId, raise.Name, raise.Input));
                break;
            case WorkflowResponse response when _facts.Foreign.Contains(response.InstanceId) || _repeated.Remove(response.InstanceId):
                return;
            case WorkflowResponse response:
                Prepare(response);
                break;
            case ActivityResponse response when _facts.Foreign.Contains(response.InstanceId):
                return;
            case ActivityResponse response:
                _taken.Remove(CapturedLine.KeyOf(response.InstanceId, response.TaskId));
                if (_tokens.TryGetValue(CapturedLine.KeyOf(response.InstanceId, response.TaskId), out var token))
                    response.CompletionToken = token;
                break;
        }

        var cancel = CancellationTokenSource.CreateLinkedTokenSource(_limit.Token);
        var answer = message is null
            ? RawCall.SendAsync(PortOf(line.Node), line.Rpc, line.Bytes!, cancel.Token)
            : CallAsync(line.Node, line.Rpc, message, cancel.Token);
        _calls[line.Call] = new Pending(answer, cancel);

        // The next message of the capture may rest on this one being done.
        if (message is WorkflowResponse or ActivityResponse or RaiseEventRequest)
            await answer.ContinueWith(_ => { }, TaskScheduler.Default);
        else if (message is CreateInstanceRequest first && _facts.StartedTwiceAtOnce.Contains(first.InstanceId))
            await ExistsAsync(line.Node, first.InstanceId);
    }

    private async Task ExistsAsync(string node, string instance)
    {
        while (await CallAsync(node, "GetInstance", new GetInstanceRequest { InstanceId = instance }, _limit.Token)
            is not GetInstanceResponse { Exists: true })
            await Task.Delay(5, _limit.Token);
    }

    // Timers keep their distance from the turn; tokens are this sidecar's.
    private void Prepare(WorkflowResponse response)
    {
        if (response.CompletionToken.Length == 0 && _tokens.TryGetValue($"turn {response.InstanceId}", out var token))
            response.CompletionToken = token;
        foreach (var e in response.Actions.Select(a => a.CompleteWorkflow)
            .OfType<CompleteWorkflowAction>().SelectMany(c => c.CarryoverEvents))
        {
            if (e.EventRaised is { } kept)
                _raised.Add((response.InstanceId, kept.Name, kept.Input));
        }

        foreach (var timer in response.Actions.Select(a => a.CreateTimer).OfType<CreateTimerAction>())
        {
            if (_shifts.TryGetValue(response.InstanceId, out var shift) && timer.FireAt.Seconds < 253402300799)
                timer.FireAt = Timestamp.FromDateTimeOffset(timer.FireAt.ToDateTimeOffset() + shift);
        }
    }

    // The message was too large to be kept in the capture; the answer tells its length.
    private Pending TooLarge(CapturedLine line)
    {
        var length = int.Parse(line.Details!.Split('(', ' ').First(w => w.Length > 0 && w.All(char.IsDigit)), CultureInfo.InvariantCulture);
        return new Pending(RawCall.SendAsync(PortOf(line.Node), line.Rpc, new byte[length], _limit.Token), new CancellationTokenSource());
    }

    private int PortOf(string node) => _ports[node];

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
            actual.InstanceIds.Where(_instances.Contains).ShouldBe(
                listed.InstanceIds.Where(_instances.Contains), ignoreOrder: true, line.Where);
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

    private static List<string> EventsOf(WorkflowRequest turn) =>
        [.. turn.PastEvents.Concat(turn.NewEvents).Where(e => e.WorkflowStarted is null).Select(CapturedCompare.TextOf)];

    // What came from outside; work that the runtime tried to hand out in between does not count.
    private static bool SameEvents(WorkflowRequest one, WorkflowRequest other) => FromOutside(one).SequenceEqual(FromOutside(other));

    private static IEnumerable<string> FromOutside(WorkflowRequest turn) =>
        turn.PastEvents.Concat(turn.NewEvents).Where(e => e.EventId < 0 && e.WorkflowStarted is null).Select(CapturedCompare.TextOf);

    private static bool IsPartOf(WorkflowRequest part, WorkflowRequest whole)
    {
        var rest = EventsOf(whole);
        var events = EventsOf(part);
        return events.Count < rest.Count && events.All(rest.Remove);
    }

    private sealed record Pending(Task<IMessage> Answer, CancellationTokenSource Cancel);
}

/// <summary>What a comparison leaves to the runtime in a scenario.</summary>
/// <param name="GathersResults">Timing decides how many results a turn brings; the events of all turns together are compared.</param>
/// <param name="RepeatsTurns">The runtime repeats a turn while an app is absent; ours gives it out once.</param>
/// <param name="RestartsSidecar">The runtime was killed when the worker's stream broke, and started again.</param>
internal sealed record CapturedPlayOptions(bool GathersResults = false, bool RepeatsTurns = false, bool RestartsSidecar = false);
