using System.Globalization;
using Dapr.Workflow;
using DaprHep.Hosting.Contracts;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace DaprHep.Dashboard.Tests;

/// <summary>
/// Runs that are over at once, by the thousand: a worker of the app <c>pipeline</c> whose workflow of the pipeline's name gives made-up
/// results. What the gateway then finds in the sidecar are workflows as any others.
/// </summary>
internal static class FinishedRuns
{
    private static readonly string[] Models = ["hlf", "trees", "inclusive"];

    /// <summary>Makes runs named <c>run-00000</c> and so on; every tenth fails.</summary>
    public static async Task MakeAsync(DashboardStack stack, int count)
    {
        WebApplicationBuilder builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.Configuration.AddInMemoryCollection(new Dictionary<string, string?>
        {
            ["urls"] = "http://127.0.0.1:0",
            ["DAPR_GRPC_ENDPOINT"] = $"http://127.0.0.1:{stack.Sidecar.Node(Apps.Pipeline).GrpcPort.ToString(CultureInfo.InvariantCulture)}",
        });
        builder.Services.AddDaprWorkflow(workflows => workflows.RegisterWorkflow<PipelineRequest, PipelineResult>(
            "TopologyPipeline", (_, request) => Task.FromResult(ResultOf(request))));
        await using WebApplication worker = builder.Build();
        await worker.StartAsync();
        var client = worker.Services.GetRequiredService<DaprWorkflowClient>();
        var limit = new ParallelOptions { MaxDegreeOfParallelism = 32 };
        await Parallel.ForEachAsync(Enumerable.Range(0, count), limit, async (index, cancellation) =>
        {
            string run = NameOf(index);
            await client.ScheduleNewWorkflowAsync("TopologyPipeline", run, new PipelineRequest
            {
                Run = run,
                Store = "file:///nowhere",
                Samples = [new SampleFiles("qcd", ["qcd.root"]), new SampleFiles("ttbar", ["ttbar.root"])],
                Model = Models[index % Models.Length],
                Seed = index,
            });
        });
        await Parallel.ForEachAsync(Enumerable.Range(0, count), limit, async (index, cancellation) =>
            await client.WaitForWorkflowCompletionAsync(NameOf(index), getInputsAndOutputs: false, cancellation));
        await worker.StopAsync();
    }

    public static string NameOf(int index) => string.Create(CultureInfo.InvariantCulture, $"run-{index:D5}");

    private static PipelineResult ResultOf(PipelineRequest request)
    {
        if (request.Seed % 10 == 9)
            throw new InvalidOperationException($"disk of {request.Run} is full");
        double accuracy = 0.8 + (request.Seed % 1000 * 1e-4);
        return new PipelineResult(
            "models/0", $"runs/{request.Run}", accuracy, new Dictionary<string, double> { ["qcd"] = accuracy + 0.05, ["ttbar"] = accuracy + 0.06 }, []);
    }
}
