using Dapr.Workflow;
using Dapr.Workflow.Registration;
using DaprHep.DevSidecar;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Hosting;

namespace DaprHep.WorkflowBenchmark;

/// <summary>Sidecar, worker and client in this process, over loopback sockets, with a fresh journal file.</summary>
internal sealed class Stack : IAsyncDisposable
{
    private readonly string _folder;
    private readonly Sidecar _sidecar;
    private readonly IHost _worker;

    private Stack(string folder, Sidecar sidecar, IHost worker, DaprWorkflowClient client)
    {
        _folder = folder;
        _sidecar = sidecar;
        _worker = worker;
        Client = client;
    }

    public DaprWorkflowClient Client { get; }

    public static async Task<Stack> StartAsync()
    {
        var folder = Directory.CreateTempSubdirectory("workflow-benchmark-").FullName;
        var sidecar = await Sidecar.StartAsync(new SidecarOptions { JournalPath = Path.Combine(folder, "journal.db"),
            Nodes = [new NodeOptions("bench")] });
        var endpoint = $"http://127.0.0.1:{sidecar.Node("bench").GrpcPort}";
        var builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings());
        builder.Configuration.AddInMemoryCollection(new Dictionary<string, string?> { ["DAPR_GRPC_ENDPOINT"] = endpoint });
        builder.Services.AddDaprWorkflow(options =>
        {
            options.RegisterActivity<int, int>("noop", (_, n) => Task.FromResult(n));
            options.RegisterWorkflow<int, int>("chain", async (context, length) =>
            {
                for (var i = 0; i < length; i++)
                    await context.CallActivityAsync<int>("noop", i);
                return length;
            });
            options.RegisterWorkflow<int, int>("fan", async (context, width) =>
                (await Task.WhenAll(Enumerable.Range(0, width).Select(i => context.CallActivityAsync<int>("noop", i)))).Length);
            options.RegisterWorkflow<int, int>("timer", async (context, milliseconds) =>
            {
                await context.CreateTimer(TimeSpan.FromMilliseconds(milliseconds));
                return 0;
            });
        });
        var worker = builder.Build();
        await worker.StartAsync();
        return new Stack(folder, sidecar, worker, new DaprWorkflowClientBuilder().UseGrpcEndpoint(endpoint).Build());
    }

    /// <summary>Runs a workflow to its end and returns the seconds it took the caller.</summary>
    public async Task<double> RunAsync(string name, int input, string? id = null)
    {
        var start = System.Diagnostics.Stopwatch.GetTimestamp();
        id = await Client.ScheduleNewWorkflowAsync(name, id, input);
        var state = await Client.WaitForWorkflowCompletionAsync(id, getInputsAndOutputs: false);
        if (state.RuntimeStatus != WorkflowRuntimeStatus.Completed)
            throw new InvalidOperationException($"Workflow {id} ended as {state.RuntimeStatus}.");
        return System.Diagnostics.Stopwatch.GetElapsedTime(start).TotalSeconds;
    }

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        await _worker.StopAsync();
        _worker.Dispose();
        await _sidecar.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }
}
