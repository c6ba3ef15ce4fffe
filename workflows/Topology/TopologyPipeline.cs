using Dapr.Workflow;
using DaprHep.Hosting.Contracts;

namespace DaprHep.Topology;

/// <summary>
/// What runs after what, from ROOT files to an evaluated model. Every step is an activity in the service that owns the work; what crosses
/// this workflow is references to objects in the store and counts.
/// </summary>
public sealed class TopologyPipeline : Workflow<PipelineRequest, PipelineResult>
{
    private static readonly WorkflowTaskOptions Ingest = new(TargetAppId: Apps.Ingest);
    private static readonly WorkflowTaskOptions Features = new(TargetAppId: Apps.Features);
    private static readonly WorkflowTaskOptions Trainer = new(TargetAppId: Apps.Trainer);

    /// <inheritdoc/>
    public override async Task<PipelineResult> RunAsync(WorkflowContext context, PipelineRequest input)
    {
        (string run, string store, int seed) = (input.Run, input.Store, input.Seed);
        var clock = new StepClock(context);

        var plan = await context.CallActivityAsync<PlanPartitionsOutput>(
            "PlanPartitions",
            new PlanPartitionsInput(run, store, input.Samples, input.TestSamples, input.Physics, input.MaxEvents, input.HashInputs),
            Ingest);
        clock.Finish(Steps.Plan, plan.Events);

        await Task.WhenAll(Enumerable.Range(0, plan.Partitions).Select(partition => context.CallActivityAsync<ConvertPartitionOutput>(
            "ConvertPartition", new ConvertPartitionInput(run, store, plan.Plan, partition, plan.Events), Ingest)));
        clock.Finish(Steps.Convert, plan.Events);

        var statistics = await context.CallActivityAsync<MergeStatisticsOutput>(
            "MergeStatistics", new MergeStatisticsInput(run, store, plan.Plan, seed), Features);
        clock.Finish(Steps.Statistics, statistics.Selected);

        Task<BuildShardOutput> BuildShard(bool test, int index) => context.CallActivityAsync<BuildShardOutput>(
            "BuildShard", new BuildShardInput(run, store, statistics.Statistics, test, index, statistics.Drawn), Features);
        await Task.WhenAll([
            .. Enumerable.Range(0, statistics.TrainShards).Select(index => BuildShard(test: false, index)),
            .. Enumerable.Range(0, statistics.TestShards).Select(index => BuildShard(test: true, index)),
        ]);
        clock.Finish(Steps.Shards, statistics.Drawn);

        var trained = await context.CallActivityAsync<TrainModelOutput>(
            "TrainModel", new TrainModelInput(run, store, statistics.Statistics, input.Model, input.Epochs, input.Batch, seed), Trainer);
        clock.Finish(Steps.Train, trained.Events);

        var evaluated = await context.CallActivityAsync<EvaluateModelOutput>(
            "EvaluateModel", new EvaluateModelInput(run, store, statistics.Statistics, trained.Model, seed), Trainer);
        clock.Finish(Steps.Evaluate, evaluated.Events);

        var report = await context.CallActivityAsync<WriteReportOutput>(
            "WriteReport",
            new WriteReportInput(input, statistics.Statistics, trained.Model, evaluated.Evaluation, clock.Started, clock.Timings),
            Trainer);
        return new PipelineResult(trained.Model, report.Prefix, evaluated.Accuracy, evaluated.Auc);
    }
}
