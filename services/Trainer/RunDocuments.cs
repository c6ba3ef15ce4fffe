using System.Text.Json.Nodes;
using DaprHep.Data.Datasets;
using DaprHep.Data.Events;
using DaprHep.Hosting;
using DaprHep.Hosting.Contracts;
using DaprHep.Learning.Evaluation;
using DaprHep.Learning.Report;
using StepTiming = DaprHep.Hosting.Contracts.StepTiming;

namespace DaprHep.Trainer;

/// <summary>The JSON documents of a run.</summary>
internal static class RunDocuments
{
    /// <summary><c>metrics.json</c>: how good the model is, on how many events, and how long each step took.</summary>
    public static JsonObject Metrics(WriteReportInput input, FeatureStatistics statistics, EvaluationResult evaluation)
    {
        JsonObject metrics = EvaluationDocuments.Metrics(evaluation);
        metrics["events"] = new JsonObject
        {
            ["read"] = ByClass(statistics, c => c.Read),
            ["selected"] = ByClass(statistics, c => c.Selected),
            ["train"] = ByClass(statistics, c => c.Train),
            ["test"] = ByClass(statistics, c => c.Test),
        };
        metrics["seconds"] = ByStep(input, timing => timing.Seconds);
        metrics["events_per_second"] = ByStep(input, timing => timing.EventsPerSecond);
        metrics["peak_memory"] = input.PeakMemory;
        return metrics;
    }

    /// <summary><c>curves.json</c>: what a plot of the run needs beside its figures.</summary>
    public static byte[] Curves(EvaluationResult evaluation, TrainingHistory history) =>
        EvaluationDocuments.Curves(evaluation, LossesOf(history));

    /// <summary>The losses of a training, epoch by epoch.</summary>
    public static IEnumerable<EpochLoss> LossesOf(TrainingHistory history) =>
        history.Epochs.Select(epoch => new EpochLoss(epoch.Epoch, epoch.TrainLoss, epoch.TestLoss));

    /// <summary><c>run.json</c>: what was done, from which files, with what.</summary>
    public static JsonObject Record(WriteReportInput input, PartitionPlan plan, FeatureStatistics statistics)
    {
        PipelineRequest request = input.Request;
        var parameters = new JsonObject
        {
            ["physics"] = request.Physics,
            ["model"] = request.Model,
            ["epochs"] = ModelTraining.EpochsOf(request.Model, request.Epochs),
            ["batch"] = request.Batch,
            ["ranks"] = request.Ranks,
            ["seed"] = request.Seed,
            ["max_events"] = request.MaxEvents,
            ["max_bad_files"] = request.MaxBadFiles,
        };
        if (request.Training is { } training)
        {
            foreach ((string name, JsonNode? value) in training.Parameters ?? [])
                parameters[name] = value?.DeepClone();
            (parameters["device"], parameters["mixed_precision"]) = (training.Device, training.MixedPrecision);
        }
        var record = new JsonObject
        {
            ["run"] = request.Run,
            ["started"] = input.Started.ToString("O"),
            ["software"] = SoftwareVersion.Current,
            ["parameters"] = parameters,
            ["inputs"] = InputsOf(plan),
            ["bad_files"] = new JsonArray([.. plan.Skipped.Select(file => new JsonObject { ["url"] = file.Url, ["error"] = file.Error })]),
            ["store"] = request.Store,
            ["objects"] = new JsonObject
            {
                ["plan"] = input.Plan,
                ["statistics"] = input.Statistics,
                ["model"] = input.Model,
                ["evaluation"] = input.Evaluation,
            },
            ["steps"] = new JsonArray([.. input.Timings.Select(timing => new JsonObject
            {
                ["step"] = timing.Step,
                ["seconds"] = Math.Round(timing.Seconds, 6),
                ["events"] = timing.Events,
                ["events_per_second"] = Math.Round(timing.EventsPerSecond, 1),
            })]),
        };
        if (input.Promotion is { } promotion)
        {
            record["promotion"] = new JsonObject
            {
                ["name"] = promotion.Name,
                ["version"] = promotion.Version,
                ["served"] = promotion.Served,
                ["against"] = promotion.Against,
                ["reasons"] = new JsonArray([.. promotion.Reasons.Select(reason => (JsonNode)reason)]),
                ["gate"] = promotion.Gate,
            };
        }
        return record;
    }

    /// <summary>The input files of a plan.</summary>
    public static JsonArray InputsOf(PartitionPlan plan)
    {
        var read = new long[plan.Sources.Count];
        foreach (Partition partition in plan.Partitions)
            read[partition.Source] += partition.End - partition.First;
        return [.. plan.Sources.Select((source, index) => InputOf(source, read[index]))];
    }

    private static JsonObject InputOf(SourceFile source, long read)
    {
        var input = new JsonObject
        {
            ["url"] = source.Url,
            ["class"] = EventClasses.Names[source.Label],
            ["use"] = source.Split switch { DataSplit.Train => "train", DataSplit.Test => "test", _ => "split" },
            ["bytes"] = source.Bytes,
            ["entries"] = source.Entries,
            ["entries_read"] = read,
            ["digest"] = source.Digest,
        };
        if (source.Sha256 is not null)
            input["sha256"] = source.Sha256;
        return input;
    }

    private static JsonObject ByClass(FeatureStatistics statistics, Func<ClassCounts, long> count) =>
        new(statistics.Classes.Select(c => KeyValuePair.Create(c.Class, (JsonNode?)count(c))));

    private static JsonObject ByStep(WriteReportInput input, Func<StepTiming, double> figure) =>
        new(input.Timings.Select(timing => KeyValuePair.Create(timing.Step, (JsonNode?)Math.Round(figure(timing), 6))));
}
