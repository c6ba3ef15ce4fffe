using DaprHep.Features.Activities;
using DaprHep.Hosting;
using DaprHep.Hosting.Contracts;
using DaprHep.Ingest.Activities;
using DaprHep.Topology;
using DaprHep.Trainer.Activities;
using Microsoft.Extensions.DependencyInjection;

namespace DaprHep.Cli.Embedded;

/// <summary>The whole system in this process: the same workflow and the same activities as the services, called directly.</summary>
internal static class EmbeddedPipeline
{
    /// <summary>Runs the pipeline to its end.</summary>
    public static async Task<PipelineResult> RunAsync(PipelineRequest request, IProgressSink progress, CancellationToken cancellation)
    {
        await using ServiceProvider services = new ServiceCollection()
            .AddSingleton(progress)
            .AddSingleton(new WorkStopping(cancellation))
            .BuildServiceProvider();
        using var context = new EmbeddedWorkflowContext(
            request.Run,
            nameof(TopologyPipeline),
            services,
            [
                typeof(PlanPartitions), typeof(ConvertPartition), typeof(MergeStatistics), typeof(BuildShard),
                typeof(TrainModel), typeof(EvaluateModel), typeof(WriteReport),
            ],
            cancellation);
        return await new TopologyPipeline { Attempts = 1 }.RunAsync(context, request);
    }
}
