using System.Text.Json;
using Dapr.Workflow;
using Dapr.Workflow.Registration;
using Dapr.Workflow.Tests;
using Dapr.Workflow.Tests.Workflows;
using Microsoft.Extensions.Hosting;

namespace DaprHep.DevSidecar.Tests;

/// <summary>
/// Records what our worker and our sidecar say to one another in some scenarios, and plays it. With <c>DAPRHEP_CAPTURE</c> set in the
/// environment the recordings take the place of those in <c>tests/Dapr.Workflow/captured</c>, which all later versions are compared with.
/// </summary>
public sealed class OwnTrafficTests : IDisposable
{
    private static readonly Dictionary<string, string[]> Nodes = new() { ["wfapp"] = ["wfapp"], ["abroad"] = ["p1", "i1"] };
    private readonly string _folder = Directory.CreateTempSubdirectory("devsidecar-recorded-").FullName;
    private int _failures;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory]
    [InlineData("own_chain", "wfapp", "chain")]
    [InlineData("own_fanout", "wfapp", "fanout")]
    [InlineData("own_child_abroad", "abroad", "parent_abroad")]
    [InlineData("own_event", "wfapp", "event_timeout2")]
    [InlineData("own_event_late", "wfapp", "event_timeout2")]
    [InlineData("own_retry", "wfapp", "retry_ok")]
    [InlineData("own_continue_as_new", "wfapp", "can")]
    public async Task What_is_recorded_between_worker_and_sidecar_can_be_played(string scenario, string apps, string workflow)
    {
        var lines = await RecordAsync(scenario, Nodes[apps], workflow);
        var file = Path.Combine(_folder, scenario + ".jsonl");
        await File.WriteAllLinesAsync(file, lines, TestContext.Current.CancellationToken);
        await CapturedPlay.RunAsync(file, new CapturedPlayOptions(GathersResults: scenario == "own_fanout"));
        if (Environment.GetEnvironmentVariable("DAPRHEP_CAPTURE") is not null)
            File.Copy(file, Path.Combine(CapturedTraffic.OwnFolder, scenario + ".jsonl"), overwrite: true);
    }

    private async Task<IReadOnlyList<string>> RecordAsync(string scenario, string[] nodes, string workflow)
    {
        await using var stack = await LocalStack.StartAsync([.. nodes.Select(AppOf)]);
        await using var recorder = new TrafficRecorder();
        var ports = new List<int>();
        var workers = new List<IHost>();
        try
        {
            for (var i = 0; i < nodes.Length; i++)
            {
                ports.Add(await recorder.OpenAsync(nodes[i], stack.Sidecar.Nodes[i].GrpcPort));
                workers.Add(LocalStack.Worker(ports[i], Register));
                await workers[i].StartAsync();
            }

            await using var client = new DaprWorkflowClientBuilder().UseGrpcEndpoint($"http://127.0.0.1:{ports[0]}").Build();
            using var limit = new CancellationTokenSource(Patience.Limit);
            await client.ScheduleNewWorkflowAsync(workflow, scenario, InputOf(scenario), startTime: null, limit.Token);
            if (scenario == "own_event")
            {
                await client.WaitForWorkflowStartAsync(scenario, cancellation: limit.Token);
                await client.RaiseEventAsync(scenario, "go", "now", limit.Token);
            }

            var end = await client.WaitForWorkflowCompletionAsync(scenario, cancellation: limit.Token);
            end.RuntimeStatus.ShouldBe(WorkflowRuntimeStatus.Completed, end.FailureDetails?.ErrorMessage);
            return recorder.Stop();
        }
        finally
        {
            foreach (var worker in workers)
            {
                await worker.StopAsync();
                worker.Dispose();
            }
        }
    }

    private static string AppOf(string node) => node switch { "p1" => "pipeline", "i1" => "ingest", _ => node };

    private static int InputOf(string scenario) => scenario switch { "own_fanout" => 8, "own_event" => 30, _ => 1 };

    private void Register(WorkflowRuntimeOptions worker)
    {
        CapturedWorkflows.Register(worker);
        worker.RegisterActivity<int, int>("add_one", (_, n) => Task.FromResult(n + 1));
        worker.RegisterActivity<JsonElement, string>("greet", (_, who) => Task.FromResult($"Hello {who.GetProperty("name")}"));
        worker.RegisterActivity<JsonElement, JsonElement>("noop", (_, input) => Task.FromResult(input));
        worker.RegisterActivity<int, int>("fail_until", (_, n) => Interlocked.Increment(ref _failures) < n
            ? throw new NotYetException($"attempt {_failures} of {n}")
            : Task.FromResult(_failures));
    }

    // Where it was thrown is another place on every machine.
    private sealed class NotYetException(string message) : Exception(message)
    {
        public override string? StackTrace => null;
    }
}
