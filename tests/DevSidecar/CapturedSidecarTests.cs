using System.Text.Json;
using Dapr.Workflow.Grpc;
using Dapr.Workflow.Tests;
using DaprHep.WorkflowProtocol;
using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;

namespace DaprHep.DevSidecar.Tests;

/// <summary>
/// Plays the client and the worker of captured traffic against the sidecar, message by message in the captured order, and compares
/// what the sidecar says with what the real runtime said. Times and ids that the runtime made up are left out.
/// </summary>
public class CapturedSidecarTests
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(8);

    public static TheoryData<string> Scenarios() =>
    [
        "chain", "none_io", "retry_ok", "retry_exhaust", "fail_final", "fail_caught", "fail_self", "unknown_activity", "unknown_workflow", "child",
        "child_fail", "child_fail_retry", "continue_as_new", "custom_status", "event_grpc", "event_no_payload",
        "event_early", "event_timeout", "timer", "suspend", "suspend_busy", "terminate", "terminate_busy", "duplicate_id", "purge",
        "version_tags", "raw_inner_failure", "raw_child_without_id", "raw_custom_status", "raw_can_carryover", "raw_complete_with_pending",
    ];

    [Theory]
    [MemberData(nameof(Scenarios))]
    public async Task The_sidecar_says_what_the_runtime_said(string scenario)
    {
        Assert.SkipUnless(CapturedTraffic.Folder is not null, "no captured traffic beside the repository");
        await using var stack = await LocalStack.StartAsync("wfapp");
        using var channel = new SidecarChannel(new Uri($"http://127.0.0.1:{stack.Sidecar.Node("wfapp").GrpcPort}"), null);
        using var limit = new CancellationTokenSource(Limit);
        var worker = new RawWorker(channel, limit.Token);
        await worker.OpenedAsync();
        var items = new List<WorkItem>();
        var calls = new Dictionary<int, Task<IMessage>>();
        var line = 0;
        TimeSpan? offset = null;
        DateTimeOffset? captured = null;
        foreach (var text in File.ReadLines(Path.Combine(CapturedTraffic.Folder!, scenario + ".jsonl")))
        {
            line++;
            using var json = JsonDocument.Parse(text);
            var root = json.RootElement;
            if (!root.TryGetProperty("b64", out var b64)
                || CapturedTraffic.ParserOf(root.GetProperty("type").GetString()!) is not { } parser)
                continue;
            var message = parser.ParseFrom(b64.GetBytesFromBase64());
            var call = root.GetProperty("call").GetInt32();
            var where = $"{scenario}:{line}";
            switch (root.GetProperty("dir").GetString(), root.GetProperty("rpc").GetString())
            {
                case (_, "Hello"):
                    break;
                case ("c2s", "GetWorkItems"):
                    break;
                case ("s2c", "GetWorkItems"):
                    var expected = (WorkItem)message;
                    captured ??= expected.WorkflowRequest?.NewEvents[0].Timestamp.ToDateTimeOffset();
                    var actual = await TakeAsync(worker, items, expected, where);
                    Same(expected, actual, where);
                    break;
                case ("c2s", var rpc):
                    offset ??= captured is null ? null : DateTimeOffset.UtcNow - captured;
                    Shift(message as WorkflowResponse, offset);
                    calls[call] = CallAsync(channel, rpc!, message, limit.Token);
                    if (message is WorkflowResponse or ActivityResponse)
                        await calls[call];
                    break;
                case ("s2c", _) when calls.TryGetValue(call, out var answer):
                    Same(message, await answer, where);
                    break;
            }
        }
    }

    // Timers keep their distance from the turn.
    private static void Shift(WorkflowResponse? response, TimeSpan? offset)
    {
        foreach (var timer in response?.Actions.Select(a => a.CreateTimer).OfType<CreateTimerAction>() ?? [])
        {
            if (offset is { } shift && timer.FireAt.Seconds < 253402300799)
                timer.FireAt = Timestamp.FromDateTimeOffset(timer.FireAt.ToDateTimeOffset() + shift);
        }
    }

    private static async Task<WorkItem> TakeAsync(RawWorker worker, List<WorkItem> items, WorkItem expected, string where)
    {
        while (true)
        {
            var index = items.FindIndex(i => KeyOf(i) == KeyOf(expected));
            if (index >= 0)
            {
                var item = items[index];
                items.RemoveAt(index);
                return item;
            }

            try
            {
                items.Add(await worker.NextAsync());
            }
            catch (OperationCanceledException)
            {
                var sent = string.Join(", ", items.Select(KeyOf));
                throw new TimeoutException($"{where}: the sidecar never sent {KeyOf(expected)}; it sent {sent}.");
            }
        }
    }

    private static string KeyOf(WorkItem item) => item.ActivityRequest is { } activity
        ? $"activity {activity.WorkflowInstance.InstanceId}#{activity.TaskId}"
        : $"turn {item.WorkflowRequest.InstanceId}";

    private static async Task<IMessage> CallAsync(SidecarChannel channel, string rpc, IMessage request, CancellationToken cancellation)
    {
        var path = SidecarMethod.Service + rpc;
        return rpc switch
        {
            "StartInstance" => await channel.CallAsync(path, request, CreateInstanceResponse.Parser, null, cancellation),
            "GetInstance" or "WaitForInstanceStart" or "WaitForInstanceCompletion" =>
                await channel.CallAsync(path, request, GetInstanceResponse.Parser, null, cancellation),
            "PurgeInstances" => await channel.CallAsync(path, request, PurgeInstancesResponse.Parser, null, cancellation),
            "GetInstanceHistory" => await channel.CallAsync(path, request, GetInstanceHistoryResponse.Parser, null, cancellation),
            _ => await channel.CallAsync(path, request, CompleteTaskResponse.Parser, null, cancellation),
        };
    }

    private static void Same(IMessage expected, IMessage actual, string where)
    {
        if (expected.CalculateSize() == 0 && actual is CompleteTaskResponse)
            return;
        JsonFormatter.Default.Format(Timeless(actual)).ShouldBe(JsonFormatter.Default.Format(Timeless(expected)), where);
    }

    private static IMessage Timeless(IMessage message)
    {
        switch (message)
        {
            case WorkItem item:
                var copy = item.Clone();
                if (copy.WorkflowRequest is { } request)
                    Strip([.. request.PastEvents, .. request.NewEvents]);
                return copy;
            case GetInstanceHistoryResponse history:
                var events = history.Clone();
                Strip([.. events.Events]);
                return events;
            case GetInstanceResponse { WorkflowState: not null } response:
                var state = response.Clone();
                state.WorkflowState.CreatedTimestamp = null;
                state.WorkflowState.LastUpdatedTimestamp = null;
                state.WorkflowState.StartedAt = null;
                state.WorkflowState.ParentInstanceId = null; // the runtime shows the parent now and then
                state.WorkflowState.ParentAppId = null;
                return state;
            default:
                return message;
        }
    }

    private static void Strip(List<HistoryEvent> events)
    {
        foreach (var e in events)
        {
            e.Timestamp = null;
            if (e.TimerCreated is { } created)
                created.FireAt = null;
            if (e.TimerFired is { } fired)
                fired.FireAt = null;
            if (e.ExecutionStarted is not { } started)
                continue;
            started.WorkflowInstance.ExecutionId = null;
            if (started.ParentInstance?.WorkflowInstance is { } parent)
                parent.ExecutionId = null;
        }
    }
}
