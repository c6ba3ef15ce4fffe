using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Dapr.Workflow.Tests.Workflows;
using DaprHep.WorkflowProtocol;

namespace Dapr.Workflow.Tests;

/// <summary>
/// Gives our worker the turns that captured workers got and compares the answers: its own of an earlier time, and a Python worker's, whose
/// numbers start at 1; what else differs between the SDKs by convention is named below.
/// </summary>
public partial class CapturedWorkerTests
{
    private static readonly HashSet<string> Apart =
    [
        "event_before_start", // the Python SDK leaves the timer of a wait out when the event is there already
        "event_early", // the same, and the number of that timer is skipped
        "patch_version", "version_tags", // named workflow versions are a Python registration feature
        "nondet", // the Python worker changed its own code
    ];

    // Workflows of the Python worker that show its own error texts, or that were only made to provoke the runtime.
    private static readonly HashSet<string> Counterparts = [.. Names()];

    [Fact]
    public void The_actions_are_those_of_the_captured_worker_in_every_turn()
    {
        var turns = 0;
        var scenarios = new HashSet<string>();
        foreach (var scenario in CapturedTraffic.Scenarios().Where(s =>
            !s.StartsWith("raw_", StringComparison.Ordinal) && !Apart.Contains(s)))
        {
            var waiting = new Dictionary<string, (int Line, WorkflowRequest Request)>();
            foreach (var message in CapturedTraffic.Read(scenario))
            {
                if (message is { Type: "WorkItem", Direction: "s2c" }
                    && WorkItem.Parser.ParseFrom(message.Bytes).WorkflowRequest is { } request)
                    waiting[request.InstanceId] = (message.Line, request);
                if (message is not { Type: "WorkflowResponse", Direction: "c2s" })
                    continue;
                var expected = WorkflowResponse.Parser.ParseFrom(message.Bytes);
                if (!waiting.Remove(expected.InstanceId, out var turn) || !IsCovered(turn.Request))
                    continue;
                var isOwn = CapturedTraffic.IsOwn(scenario);
                var actual = new TurnHarness(CapturedWorkflows.Register).Run(isOwn ? turn.Request : Renumbered(turn.Request));
                Compare($"{scenario}:{turn.Line}", isOwn ? expected : Renumbered(expected), actual);
                turns++;
                scenarios.Add(scenario);
            }
        }

        scenarios.Where(CapturedTraffic.IsOwn).Count().ShouldBeGreaterThanOrEqualTo(6);
        turns.ShouldBeGreaterThan(CapturedTraffic.HasRuntime ? 250 : 15);
        scenarios.Count.ShouldBeGreaterThanOrEqualTo(CapturedTraffic.HasRuntime ? 50 : 6);
    }

    private static bool IsCovered(WorkflowRequest request) =>
        request.PastEvents.Concat(request.NewEvents).LastOrDefault(e => e.ExecutionStarted is not null) is { } started
        && Counterparts.Contains(started.ExecutionStarted.Name);

    private static IEnumerable<string> Names() =>
    [
        "chain", "one", "fanout", "five", "none_io", "parent", "parent_wait", "parent_fail", "parent_fail_retry", "fail_final", "fail_caught",
        "fail_self", "unknown_activity", "retry_ok", "retry_exhaust", "timer", "timers_then", "slow", "event", "event_timeout",
        "event_timeout2", "status", "can", "can_events", "two_apps", "train", "call", "fan", "stepper", "parent_abroad",
    ];

    private static WorkflowRequest Renumbered(WorkflowRequest request)
    {
        var shifted = request.Clone();
        foreach (var e in shifted.PastEvents.Concat(shifted.NewEvents))
        {
            if (e.EventId > 0)
                e.EventId--;
            if (e.TaskCompleted is { } done)
                done.TaskScheduledId--;
            if (e.TaskFailed is { } failed)
                failed.TaskScheduledId--;
            if (e.ChildWorkflowInstanceCompleted is { } child)
                child.TaskScheduledId--;
            if (e.ChildWorkflowInstanceFailed is { } lost)
                lost.TaskScheduledId--;
            if (e.TimerFired is { } fired)
                fired.TimerId--;
        }

        return shifted;
    }

    private static void Compare(string where, WorkflowResponse expected, WorkflowResponse actual)
    {
        actual.InstanceId.ShouldBe(expected.InstanceId, where);
        actual.Actions.Select(Text).ShouldBe(expected.Actions.Select(Text), where);

        // Python sends the status as it is, .NET as JSON.
        if (string.IsNullOrEmpty(expected.CustomStatus) || !SameJson(expected.CustomStatus, actual.CustomStatus))
            (actual.CustomStatus is null ? null : JsonNode.Parse(actual.CustomStatus)!.ToString()).ShouldBe(expected.CustomStatus, where);
    }

    private static WorkflowResponse Renumbered(WorkflowResponse response)
    {
        var shifted = response.Clone();
        foreach (var action in shifted.Actions)
            action.Id--;
        return shifted;
    }

    private static string Text(WorkflowAction action) =>
        $"#{action.Id} ->{action.Router?.TargetAppID} " + action.WorkflowActionTypeCase switch
    {
        WorkflowAction.WorkflowActionTypeOneofCase.ScheduleTask =>
            $"activity {action.ScheduleTask.Name}({Json(action.ScheduleTask.Input)})",
        WorkflowAction.WorkflowActionTypeOneofCase.CreateChildWorkflow =>
            $"child {action.CreateChildWorkflow.Name}({Json(action.CreateChildWorkflow.Input)}) id {GivenId(action.CreateChildWorkflow.InstanceId)}",
        WorkflowAction.WorkflowActionTypeOneofCase.CreateTimer =>
            $"timer {action.CreateTimer.FireAt.Seconds}.{action.CreateTimer.FireAt.Nanos / 1000} {action.CreateTimer.OriginCase} {action.CreateTimer.ExternalEvent?.Name}",
        WorkflowAction.WorkflowActionTypeOneofCase.CompleteWorkflow => Completion(action.CompleteWorkflow),
        _ => action.ToString(),
    };

    // Error texts are each SDK's own, in failures and where a workflow returns what it caught.
    private static string Completion(CompleteWorkflowAction end) =>
        $"end {end.WorkflowStatus} {(end.Result?.Contains("ailed", StringComparison.Ordinal) == true ? "(error text)" : Json(end.Result))} {end.FailureDetails is not null}";

    // Generated ids follow each SDK's convention.
    private static string GivenId(string id) => Guid.TryParse(id, out _) || PythonChildId().IsMatch(id) ? "(generated)" : id;

    private static string Json(string? text) => string.IsNullOrEmpty(text) ? "" : JsonNode.Parse(text)?.ToJsonString() ?? "null";

    private static bool SameJson(string expected, string? actual)
    {
        try
        {
            return JsonNode.DeepEquals(JsonNode.Parse(expected), actual is null ? null : JsonNode.Parse(actual));
        }
        catch (System.Text.Json.JsonException)
        {
            return false;
        }
    }

    [GeneratedRegex(":[0-9a-f]{4}$")]
    private static partial Regex PythonChildId();
}
