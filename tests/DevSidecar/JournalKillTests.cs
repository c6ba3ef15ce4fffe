using System.Collections.Concurrent;
using System.Net;
using Dapr.Workflow;
using Dapr.Workflow.Client;
using Dapr.Workflow.Registration;
using Grpc.Core;

namespace DaprHep.DevSidecar.Tests;

/// <summary>The sidecar alone, killed with SIGKILL under load: what it accepted is there afterwards, once.</summary>
public class JournalKillTests
{
    private const int Kills = 30;
    private const int Starters = 3;
    private const int Steps = 4;

    [Fact]
    public async Task Nothing_accepted_is_lost_or_doubled_over_thirty_kills()
    {
        var random = new Random(20261122);
        var folder = Directory.CreateTempSubdirectory("devsidecar-journal-");
        int[] ports = [LoopbackPort.Free(), LoopbackPort.Free()];
        using var sidecar = new StackProcess(
            "DevSidecar", ["--journal", Path.Combine(folder.FullName, "journal.db"),
            "--app", $"id=main,http={ports[0]},grpc={ports[1]}"], []);
        sidecar.Start();
        var runs = new ConcurrentDictionary<(string Instance, int Step), int>();
        using var worker = LocalStack.Worker(ports[1], o =>
        {
            o.RegisterActivity<Step, int>("add", (c, step) =>
            {
                runs.AddOrUpdate((c.InstanceId, step.Number), 1, (_, n) => n + 1);
                return Task.FromResult(step.Value + step.Number);
            });
            o.RegisterWorkflow<int, int>("sum", async (c, value) =>
            {
                for (var i = 0; i < Steps; i++)
                    value = await c.CallActivityAsync<int>("add", new Step(i, value));
                return value + await c.WaitForExternalEventAsync<int>("go");
            });
        });
        using var limit = new CancellationTokenSource(Patience.Limit);
        await worker.StartAsync(limit.Token);
        using var client = new DaprWorkflowClientBuilder().UseGrpcEndpoint($"http://127.0.0.1:{ports[1]}").Build();
        using var http = new HttpClient { BaseAddress = new Uri($"http://127.0.0.1:{ports[0]}") };
        using var enough = new CancellationTokenSource();
        var starters = Enumerable.Range(0, Starters).Select(s => StartAsync(client, s, enough.Token, limit.Token)).ToList();
        var writer = WriteAsync(http, enough.Token, limit.Token);

        for (var kill = 0; kill < Kills; kill++)
        {
            await AcceptsAsync(sidecar, http, limit.Token);
            await Task.Delay(random.Next(0, 120), limit.Token);
            sidecar.Kill();
            sidecar.Start();
        }

        await enough.CancelAsync();
        var started = (await Task.WhenAll(starters)).SelectMany(s => s).ToList();
        var written = await writer;
        started.Count.ShouldBeGreaterThan(Starters);
        written.ShouldBeGreaterThan(0);
        foreach (var id in started)
        {
            var state = await AgainAsync(() => client.WaitForWorkflowCompletionAsync(id, cancellation: limit.Token), limit.Token);
            state!.RuntimeStatus.ShouldBe(WorkflowRuntimeStatus.Completed, state.FailureDetails?.ToString());
            state.ReadOutputAs<int>().ShouldBe(1 + Enumerable.Range(0, Steps).Sum() + 1000, id);
            var results = (await client.GetInstanceHistoryAsync(id, limit.Token))
                .Where(e => e.EventType == WorkflowHistoryEventType.TaskCompleted).ToList();
            results.Count.ShouldBe(Steps, id);
            for (var step = 0; step < Steps; step++)
                runs.ShouldContainKey((id, step));
        }

        (await client.ListInstanceIdsAsync(pageSize: 100_000, cancellation: limit.Token)).InstanceIds.ShouldBe(started, ignoreOrder: true);
        for (var i = 0; i < written; i++)
            (await http.GetStringAsync(new Uri($"v1.0/state/statestore/k{i}", UriKind.Relative), limit.Token)).ShouldBe($"{i}");
        await worker.StopAsync(limit.Token);
        sidecar.Dispose();
        folder.Delete(recursive: true);
    }

    [Fact]
    public async Task A_second_sidecar_on_the_same_journal_is_refused_and_the_first_goes_on()
    {
        var journal = LocalStack.NewJournal();
        string[] Arguments() => ["--journal", journal, "--app", $"id=a,http={LoopbackPort.Free()},grpc={LoopbackPort.Free()}"];
        await using var stack = await LocalStack.StartAsync(new SidecarOptions { JournalPath = journal, Nodes = [new NodeOptions("a")] });
        using var second = new StackProcess("DevSidecar", Arguments(), []);
        second.Start();
        (await second.WaitForExitAsync()).ShouldBe(1);
        var output = string.Join('\n', second.Output);
        output.ShouldContain($"the journal {journal} is in use by another sidecar");
        using var http = stack.Http("a");
        (await http.GetAsync(new Uri("v1.0/healthz", UriKind.Relative))).StatusCode.ShouldBe(HttpStatusCode.NoContent);
    }

    private static async Task<List<string>> StartAsync(
        DaprWorkflowClient client, int starter, CancellationToken enough, CancellationToken limit)
    {
        var started = new List<string>();
        while (!enough.IsCancellationRequested)
        {
            var id = $"w{starter}-{started.Count}";
            await AgainAsync(() => client.ScheduleNewWorkflowAsync("sum", id, 1, (DateTimeOffset?)null, limit), limit);
            started.Add(id);
            await AgainAsync(async () =>
            {
                await client.RaiseEventAsync(id, "go", 1000, limit);
                return true;
            }, limit);
        }

        return started;
    }

    private static async Task<int> WriteAsync(HttpClient http, CancellationToken enough, CancellationToken limit)
    {
        var written = 0;
        while (!enough.IsCancellationRequested)
        {
            try
            {
                using var body = new StringContent($$"""[{"key":"k{{written}}","value":{{written}}}]""", null, "application/json");
                using var answer = await http.PostAsync(new Uri("v1.0/state/statestore", UriKind.Relative), body, limit);
                answer.StatusCode.ShouldBe(HttpStatusCode.NoContent);
                written++;
            }
            catch (HttpRequestException)
            {
                await Task.Delay(20, limit);
            }
        }

        return written;
    }

    // Up again, and with the worker.
    private static async Task AcceptsAsync(StackProcess sidecar, HttpClient http, CancellationToken limit)
    {
        while (true)
        {
            try
            {
                if ((await http.GetStringAsync(new Uri("v1.0/metadata", UriKind.Relative), limit))
                    .Contains("\"connectedWorkers\":1", StringComparison.Ordinal))
                    return;
            }
            catch (HttpRequestException)
            {
                sidecar.ShouldRun();
            }

            await Task.Delay(20, limit);
        }
    }

    // A call that went down with the sidecar may have been accepted; then the instance runs already.
    private static async Task<T?> AgainAsync<T>(Func<Task<T>> call, CancellationToken limit)
    {
        while (true)
        {
            try
            {
                return await call().WaitAsync(limit);
            }
            catch (RpcException e) when (e.StatusCode == StatusCode.AlreadyExists)
            {
                return default;
            }
            catch (RpcException e) when (e.StatusCode is StatusCode.Unavailable or StatusCode.Cancelled)
            {
                await Task.Delay(20, limit);
            }
        }
    }

    private sealed record Step(int Number, int Value);
}
