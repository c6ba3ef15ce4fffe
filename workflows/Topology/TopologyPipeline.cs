using Dapr.Workflow;
using DaprHep.Hosting.Contracts;

namespace DaprHep.Topology;

/// <summary>
/// What runs after what, from ROOT files to a model that is evaluated and, where asked for, served. Every step is an activity in the service that owns the work, or a child
/// workflow that has a job done there; what crosses this workflow is references to objects in the store and counts.
/// </summary>
public sealed class TopologyPipeline : Workflow<PipelineRequest, PipelineResult>
{
    /// <summary>Name of the activity of the workflow app that stops what still works for a failed run; its input is the run's name.</summary>
    public const string StopWork = "StopWork";

    /// <inheritdoc/>
    public override async Task<PipelineResult> RunAsync(WorkflowContext context, PipelineRequest input)
    {
        var steps = new RunSteps(context, input);
        try
        {
            return await RunAsync(steps, input);
        }
        catch (Exception)
        {
            await steps.StopWorkAsync();
            throw;
        }
    }

    private static async Task<PipelineResult> RunAsync(RunSteps steps, PipelineRequest input)
    {
        (string run, string store, int seed) = (input.Run, input.Store, input.Seed);

        await steps.BeginAsync();
        var planned = await steps.CallAsync<PlanPartitionsOutput>("PlanPartitions", new PlanPartitionsInput(
            run, store, input.Samples, input.TestSamples, input.Physics, input.MaxEvents, input.HashInputs, input.MaxBadFiles)
        {
            Compression = input.Compress,
        });
        steps.Finish(planned.Events);

        await steps.BeginAsync();
        var damaged = await steps.FanOutAsync<ConvertPartitions, ConvertPartitionInput, ConvertPartitionOutput>(
            new ConvertPartitionInput(run, store, planned.Plan, Index: 0, planned.Events, input.MaxBadFiles), planned.Partitions);
        string plan = await WithoutBadFilesAsync(steps, input, planned, damaged);
        steps.Finish(planned.Events);

        await steps.BeginAsync();
        var statistics = await steps.CallAsync<MergeStatisticsOutput>("MergeStatistics", new MergeStatisticsInput(run, store, plan, seed)
        {
            Memory = input.Memory,
        });
        steps.Finish(statistics.Selected);

        await steps.BeginAsync();
        await steps.FanOutAsync<ScatterPartitions, ScatterPartitionInput, bool>(
            new ScatterPartitionInput(run, store, statistics.Statistics, Index: 0) { Memory = input.Memory }, statistics.Scattered);
        var shard = new BuildShardInput(run, store, statistics.Statistics, Test: false, Index: 0, statistics.Drawn) { Memory = input.Memory };
        IReadOnlyList<BuildShardOutput>[] largest = await FailFast.WhenAll(
        [
            steps.FanOutAsync<BuildShards, BuildShardInput, BuildShardOutput>(shard, statistics.TrainShards),
            steps.FanOutAsync<BuildShards, BuildShardInput, BuildShardOutput>(shard with { Test = true }, statistics.TestShards),
        ]);
        steps.Finish(statistics.Drawn);

        TuneModelOutput? tuned = null;
        if (input.Tune is { } search)
        {
            await steps.BeginAsync();
            tuned = await steps.CallChildAsync<TuneModelOutput>(nameof(TuneModel), new TuneCall(
                new TuneModelInput(run, store, statistics.Statistics, input.Model, input.Epochs, seed, search) { Training = input.Training },
                input.Attempts));
            steps.Finish(tuned.Events);
        }

        await steps.BeginAsync();
        var trained = await steps.HaveDoneAsync<TrainModelInput, TrainModelOutput>(
            nameof(TrainModel), new TrainModelInput(run, store, statistics.Statistics, input.Model, input.Epochs, input.Batch, seed)
            {
                Training = input.Training,
                Parameters = tuned?.Parameters,
                Ranks = input.Ranks,
            });
        steps.Finish(trained.Events);

        await steps.BeginAsync();
        var evaluated = await steps.CallAsync<EvaluateModelOutput>(
            "EvaluateModel", new EvaluateModelInput(run, store, statistics.Statistics, trained.Model, seed));
        steps.Finish(evaluated.Events);

        PromotionResult? promotion = null;
        if (input.Promote is { } name)
        {
            await steps.BeginAsync();
            promotion = await steps.CallAsync<PromotionResult>("Promote", new PromoteModelInput(
                run, store, name, statistics.Statistics, trained.Model, evaluated.Evaluation, seed));
            steps.Finish(evaluated.Events);
        }

        await steps.BeginAsync();
        var report = await steps.CallAsync<WriteReportOutput>("WriteReport", new WriteReportInput(
            input, plan, statistics.Statistics, trained.Model, evaluated.Evaluation, steps.Started, steps.Timings)
        {
            Study = tuned?.Study,
            Promotion = promotion,
            PeakMemory = largest.SelectMany(outputs => outputs).Max(output => output.PeakMemory),
        });
        steps.Finish(evaluated.Events);
        return new PipelineResult(trained.Model, report.Prefix, evaluated.Accuracy, evaluated.Auc, report.BadFiles)
        {
            Promotion = promotion,
        };
    }

    // The plan without the files that conversion found damaged, as long as the run allows so many.
    private static async Task<string> WithoutBadFilesAsync(
        RunSteps steps, PipelineRequest request, PlanPartitionsOutput planned, IReadOnlyList<ConvertPartitionOutput> damaged)
    {
        if (damaged.Count == 0)
            return planned.Plan;
        BadFile[] files = [.. damaged.Select(output => output.BadFile!).DistinctBy(file => file.Url)];
        BadFile.Limit(files, request.MaxBadFiles, planned.BadFiles);
        var excluded = await steps.CallAsync<ExcludeFilesOutput>(
            "ExcludeFiles", new ExcludeFilesInput(request.Run, request.Store, planned.Plan, files));
        return excluded.Plan;
    }
}
