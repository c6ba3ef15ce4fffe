using Dapr.Workflow;
using DaprHep.Hosting.Contracts;

namespace DaprHep.Topology;

/// <summary>
/// What runs after what, from ROOT files to an evaluated model. Every step is an activity in the service that owns the work, or a child
/// workflow that has a job done there; what crosses this workflow is references to objects in the store and counts.
/// </summary>
public sealed class TopologyPipeline : Workflow<PipelineRequest, PipelineResult>
{
    /// <inheritdoc/>
    public override async Task<PipelineResult> RunAsync(WorkflowContext context, PipelineRequest input)
    {
        (string run, string store, int seed) = (input.Run, input.Store, input.Seed);
        var clock = new StepClock(context);
        var services = new StepCalls(context, input.Attempts);

        var plan = await services.CallAsync<PlanPartitionsOutput>(
            Apps.Ingest, "PlanPartitions",
            new PlanPartitionsInput(run, store, input.Samples, input.TestSamples, input.Physics, input.MaxEvents, input.HashInputs));
        clock.Finish(Steps.Plan, plan.Events);

        await Task.WhenAll(Enumerable.Range(0, plan.Partitions).Select(partition => services.CallAsync<ConvertPartitionOutput>(
            Apps.Ingest, "ConvertPartition", new ConvertPartitionInput(run, store, plan.Plan, partition, plan.Events))));
        clock.Finish(Steps.Convert, plan.Events);

        var statistics = await services.CallAsync<MergeStatisticsOutput>(
            Apps.Features, "MergeStatistics", new MergeStatisticsInput(run, store, plan.Plan, seed));
        clock.Finish(Steps.Statistics, statistics.Selected);

        Task<BuildShardOutput> BuildShard(bool test, int index) => services.CallAsync<BuildShardOutput>(
            Apps.Features, "BuildShard", new BuildShardInput(run, store, statistics.Statistics, test, index, statistics.Drawn));
        await Task.WhenAll([
            .. Enumerable.Range(0, statistics.TrainShards).Select(index => BuildShard(test: false, index)),
            .. Enumerable.Range(0, statistics.TestShards).Select(index => BuildShard(test: true, index)),
        ]);
        clock.Finish(Steps.Shards, statistics.Drawn);

        var trained = await services.HaveDoneAsync<TrainModelInput, TrainModelOutput>(
            nameof(TrainModel), run, new TrainModelInput(run, store, statistics.Statistics, input.Model, input.Epochs, input.Batch, seed));
        clock.Finish(Steps.Train, trained.Events);

        var evaluated = await services.CallAsync<EvaluateModelOutput>(
            Apps.Trainer, "EvaluateModel", new EvaluateModelInput(run, store, statistics.Statistics, trained.Model, seed));
        clock.Finish(Steps.Evaluate, evaluated.Events);

        var report = await services.CallAsync<WriteReportOutput>(
            Apps.Trainer, "WriteReport",
            new WriteReportInput(input, statistics.Statistics, trained.Model, evaluated.Evaluation, clock.Started, clock.Timings));
        return new PipelineResult(trained.Model, report.Prefix, evaluated.Accuracy, evaluated.Auc);
    }
}
