using System.Globalization;
using Dapr.Workflow;
using DaprHep.Data.Datasets;
using DaprHep.Data.Events;
using DaprHep.Data.Objects;
using DaprHep.Hosting;
using DaprHep.Hosting.Contracts;
using DaprHep.Learning.Evaluation;
using DaprHep.Learning.Models;
using DaprHep.Learning.Training;

namespace DaprHep.Trainer.Activities;

/// <summary>Judges a stored model by the test shards.</summary>
public sealed class EvaluateModel(IProgressSink progress, ProcessStopping stopping) : WorkflowActivity<EvaluateModelInput, EvaluateModelOutput>
{
    private const int StepVersion = 1;
    private const int ScoreBins = 50;

    /// <inheritdoc/>
    public override async Task<EvaluateModelOutput> RunAsync(WorkflowActivityContext context, EvaluateModelInput input)
    {
        ObjectStore store = ObjectStore.Open(input.Store);
        string key = ContentName.Of(
            "evaluations",
            StepVersion,
            new Dictionary<string, string> { ["seed"] = input.Seed.ToString(CultureInfo.InvariantCulture) },
            [input.Model, input.Statistics]) + ".json";
        EvaluationRecord record;
        if (await store.ExistsAsync(key, stopping.Token))
        {
            record = await store.ReadJsonAsync(key, TrainerJson.Default.EvaluationRecord, stopping.Token);
        }
        else
        {
            record = await EvaluateAsync(store, input);
            await store.WriteJsonAsync(key, record, TrainerJson.Default.EvaluationRecord, stopping.Token);
        }
        ClassificationMetrics metrics = record.Metrics;
        progress.Report(new StepProgress(input.Run, Steps.Evaluate, metrics.TestEvents, metrics.TestEvents));
        return new EvaluateModelOutput(
            key, metrics.Accuracy ?? 0, metrics.Auc.ToDictionary(auc => auc.Key, auc => auc.Value ?? 0), metrics.TestEvents);
    }

    private async Task<EvaluationRecord> EvaluateAsync(ObjectStore store, EvaluateModelInput input)
    {
        FeatureStatistics statistics = await store.ReadJsonAsync(input.Statistics, StatisticsJson.Default.FeatureStatistics, stopping.Token);
        (Classifier loaded, _) = (await ModelObjects.ReadAsync(store, input.Model, stopping.Token)).Load();
        using Classifier model = loaded;
        model.UseThreads(Environment.ProcessorCount);
        LabelledEvents test = await TrainingShards.LoadAsync(
            store, input.Statistics, statistics, DataSplit.Test, model.Name, stopping.Token);
        float[] probabilities = model.Probabilities(test);
        EvaluationResult result = Evaluator.Evaluate(probabilities, test.Labels.Span, EventClasses.Names, (ulong)input.Seed);
        return new EvaluationRecord(result.Metrics, result.RocCurves, ScoresOf(probabilities, test.Labels.Span));
    }

    private static ScoreDistribution[] ScoresOf(ReadOnlySpan<float> probabilities, ReadOnlySpan<sbyte> labels)
    {
        int classes = EventClasses.Names.Count;
        ScoreDistribution[] scores =
            [.. EventClasses.Names.Select(name => new ScoreDistribution(name, [.. EventClasses.Names.Select(_ => new long[ScoreBins])]))];
        for (int i = 0; i < labels.Length; i++)
        {
            for (int c = 0; c < classes; c++)
                scores[c].Counts[labels[i]][Math.Min(ScoreBins - 1, (int)(probabilities[i * classes + c] * ScoreBins))]++;
        }
        return scores;
    }
}
