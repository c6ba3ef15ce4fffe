using System.Text.Json;
using Dapr.Workflow.Tests;
using DaprHep.WorkflowProtocol;

namespace DaprHep.Topology.Tests;

/// <summary>
/// Runs that began under an earlier version go on under this one: the turns of recorded runs, each given to the workflows of now, ask for
/// what they asked for then. A file of <c>histories</c> is a version's; with <c>DAPRHEP_CAPTURE</c> set to a version its file is written
/// anew.
/// </summary>
public sealed class UpgradeTests
{
    private const string Remedy = "a run of that version would stop here with NonDeterministicWorkflowException. "
        + "Ask context.IsPatched before what is new, or, as long as that version is not released, record it again: DAPRHEP_CAPTURE=VERSION";

    private static readonly string Histories = Path.Combine(Repository.Root, "tests", "Topology", "histories");

    [Fact]
    public async Task A_recorded_run_goes_on_from_any_of_its_turns()
    {
        if (Environment.GetEnvironmentVariable("DAPRHEP_CAPTURE") is { Length: > 0 } version)
        {
            await using var run = new RecordedRun();
            Directory.CreateDirectory(Histories);
            string history = Path.Combine(Histories, version + ".jsonl");
            await File.WriteAllLinesAsync(history, (await run.RecordAsync()).Where(IsTurn), TestContext.Current.CancellationToken);
        }
        string[] files = Directory.GetFiles(Histories, "*.jsonl");
        files.ShouldNotBeEmpty();
        foreach (string file in files)
            Replay(file).ShouldBeGreaterThan(10, file);
    }

    [Fact]
    public async Task What_is_recorded_now_can_be_replayed_now()
    {
        await using var run = new RecordedRun();
        string file = Path.GetTempFileName();
        try
        {
            await File.WriteAllLinesAsync(file, (await run.RecordAsync()).Where(IsTurn), TestContext.Current.CancellationToken);
            Replay(file).ShouldBeGreaterThan(10);
        }
        finally
        {
            File.Delete(file);
        }
    }

    private static int Replay(string file)
    {
        var waiting = new Dictionary<string, WorkflowRequest>();
        int turns = 0;
        foreach (string line in File.ReadLines(file))
        {
            using JsonDocument json = JsonDocument.Parse(line);
            byte[] bytes = json.RootElement.GetProperty("b64").GetBytesFromBase64();
            if (json.RootElement.GetProperty("type").GetString() == nameof(WorkItem))
            {
                if (WorkItem.Parser.ParseFrom(bytes).WorkflowRequest is { } request)
                    waiting[request.InstanceId] = request;
                continue;
            }
            WorkflowResponse then = WorkflowResponse.Parser.ParseFrom(bytes);
            WorkflowRequest turn = waiting[then.InstanceId];
            WorkflowResponse now = new TurnHarness(RecordedRun.RegisterWorkflows).Run(turn);
            string where = $"{Path.GetFileName(file)}, turn {turns} ({then.InstanceId})";
            now.Actions.Select(Asked).ShouldBe(then.Actions.Select(Asked), $"{where}: {Remedy}");
            turns++;
        }
        return turns;
    }

    private static bool IsTurn(string line) => line.Contains("\"type\":\"WorkItem\"", StringComparison.Ordinal)
        || line.Contains("\"type\":\"WorkflowResponse\"", StringComparison.Ordinal);

    // What the history is compared with; inputs may gain fields that the other side does not know.
    private static string Asked(WorkflowAction action) => $"{action.Id} " + action.WorkflowActionTypeCase switch
    {
        WorkflowAction.WorkflowActionTypeOneofCase.ScheduleTask => $"activity {action.ScheduleTask.Name} of {action.Router?.TargetAppID}",
        WorkflowAction.WorkflowActionTypeOneofCase.CreateChildWorkflow =>
            $"child {action.CreateChildWorkflow.Name} {action.CreateChildWorkflow.InstanceId}",
        WorkflowAction.WorkflowActionTypeOneofCase.CompleteWorkflow => $"end {action.CompleteWorkflow.WorkflowStatus}",
        var other => other.ToString(),
    };
}
