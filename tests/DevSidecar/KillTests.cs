using Dapr.Workflow.Registration;
using Dapr.Workflow;
using Grpc.Core;

namespace DaprHep.DevSidecar.Tests;

/// <summary>Real processes, killed with SIGKILL at seeded moments: every workflow still ends, with every output once and right.</summary>
public class KillTests
{

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public async Task Every_workflow_ends_right_though_sidecar_and_workers_are_killed(int seed)
    {
        const int Workflows = 4;
        const int Width = 12;
        var random = new Random(seed);
        var folder = Directory.CreateTempSubdirectory("devsidecar-kill-");
        var outputs = folder.CreateSubdirectory("outputs").FullName;
        int[] ports = [.. Enumerable.Range(0, 4).Select(_ => LoopbackPort.Free())];
        string[] arguments =
        [
            "--journal", Path.Combine(folder.FullName, "journal.db"), "--app", $"id=main,http={ports[0]},grpc={ports[1]}",
            "--app", $"id=other,http={ports[2]},grpc={ports[3]}",
        ];
        using var sidecar = new StackProcess("DevSidecar", arguments, []);
        using var main = Worker(ports[1]);
        using var other = Worker(ports[3]);
        StackProcess[] processes = [sidecar, main, other];
        foreach (var process in processes)
            process.Start();
        await using var client = new DaprWorkflowClientBuilder().UseGrpcEndpoint($"http://127.0.0.1:{ports[1]}").Build();
        using var limit = new CancellationTokenSource(Patience.Limit);
        for (var i = 0; i < Workflows; i++)
            await Again(() => client.ScheduleNewWorkflowAsync("everything", $"w{i}", Width, (DateTimeOffset?)null, limit.Token),
                limit.Token);
        for (var kill = 0; kill < 4; kill++)
        {
            await Task.Delay(random.Next(50, 400), limit.Token);
            var victim = processes[random.Next(processes.Length)];
            victim.Kill();
            await Task.Delay(random.Next(0, 150), limit.Token);
            victim.Start();
        }

        for (var i = 0; i < Workflows; i++)
        {
            var id = $"w{i}";
            await Again(() => client.RaiseEventAsync(id, "go", 1000, limit.Token), limit.Token);
            var state = await client.WaitForWorkflowCompletionAsync(id, cancellation: limit.Token);
            state.RuntimeStatus.ShouldBe(WorkflowRuntimeStatus.Completed, state.FailureDetails?.ToString());
            state.ReadOutputAs<int>().ShouldBe(4 + Enumerable.Range(1, Width).Sum() + 5 + 1000);
        }

        var files = Directory.GetFiles(outputs).Where(f => !f.EndsWith(".tmp", StringComparison.Ordinal)).Select(Path.GetFileName).ToList();
        files.Count.ShouldBe(Workflows * (4 + Width + 1));
        File.ReadAllText(Path.Combine(outputs, "w0-chain3")).ShouldBe("3");
        foreach (var process in processes)
            process.Dispose();
        folder.Delete(recursive: true);

        StackProcess Worker(int port) =>
            new("DaprHep.DevSidecar.Tests.Worker", [outputs], new Dictionary<string, string> { ["DAPR_GRPC_PORT"] = $"{port}" });
    }

    [Fact]
    public async Task A_wrong_argument_is_named()
    {
        using var sidecar = new StackProcess("DevSidecar", ["--journal", "x.db", "--app", "id=a,http=banana,grpc=1"], []);
        sidecar.Start();
        (await sidecar.WaitForExitAsync()).ShouldBe(2);
        string.Join('\n', sidecar.Output).ShouldContain("http is 'banana'; expected a number from 1 to 65535");
    }

    [Fact]
    public async Task A_taken_port_is_named()
    {
        await using var stack = await LocalStack.StartAsync("app");
        var port = stack.Sidecar.Nodes[0].HttpPort;
        using var sidecar = new StackProcess(
            "DevSidecar", ["--journal", LocalStack.NewJournal(), "--app", $"id=a,http={port},grpc={LoopbackPort.Free()}"], []);
        sidecar.Start();
        (await sidecar.WaitForExitAsync()).ShouldBe(1);
        string.Join('\n', sidecar.Output).ShouldContain($"127.0.0.1:{port}");
    }

    // The sidecar may be down, or go down with the call accepted; an instance that runs already is a start that worked.
    private static async Task Again(Func<Task> call, CancellationToken limit)
    {
        while (true)
        {
            try
            {
                await call().WaitAsync(limit);
                return;
            }
            catch (RpcException e) when (e.StatusCode == StatusCode.AlreadyExists)
            {
                return;
            }
            catch (RpcException e) when (e.StatusCode is StatusCode.Unavailable or StatusCode.Cancelled)
            {
                await Task.Delay(50, limit);
            }
        }
    }
}
