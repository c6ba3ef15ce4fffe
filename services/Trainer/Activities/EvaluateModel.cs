using System.Globalization;
using Dapr.Workflow;
using DaprHep.Data.Datasets;
using DaprHep.Data.Objects;
using DaprHep.Hosting;
using DaprHep.Hosting.Contracts;
using DaprHep.Hosting.News;
using DaprHep.Learning.Artifacts;
using DaprHep.Learning.Evaluation;

namespace DaprHep.Trainer.Activities;

/// <summary>Judges a stored model by the test shards.</summary>
public sealed class EvaluateModel(IProgressSink progress, WorkStopping stopping) : WorkflowActivity<EvaluateModelInput, EvaluateModelOutput>
{
    private const int StepVersion = 3;

    /// <inheritdoc/>
    public override async Task<EvaluateModelOutput> RunAsync(WorkflowActivityContext context, EvaluateModelInput input)
    {
        ObjectStore store = WorkStore.Open(input.Store);
        string key = ContentName.Of(
            "evaluations",
            StepVersion,
            new Dictionary<string, string> { ["seed"] = input.Seed.ToString(CultureInfo.InvariantCulture) },
            [input.Model, input.Statistics]) + ".json";
        EvaluationResult evaluation;
        if (await store.ExistsAsync(key, stopping.Token))
        {
            evaluation = await store.ReadJsonAsync(key, TrainerJson.Default.EvaluationResult, stopping.Token);
        }
        else
        {
            SavedModel model = await ModelObjects.ReadAsync(store, input.Model, stopping.Token);
            try
            {
                using IDisposable? kernel = WorkMeter.Current?.Begin(WorkMeter.Kernel);
                evaluation = await ModelEvaluation.RunAsync(store, input.Statistics, model, (ulong)input.Seed, stopping.Token);
            }
            catch (Exception e) when (ModelErrors.AreInput(e))
            {
                throw new BadInputException(e.Message, e);
            }
            await store.WriteJsonAsync(key, evaluation, TrainerJson.Default.EvaluationResult, stopping.Token);
        }
        ClassificationMetrics metrics = evaluation.Metrics;
        progress.Report(new StepProgress(input.Run, Steps.Evaluate, metrics.TestEvents, metrics.TestEvents));
        return new EvaluateModelOutput(
            key, metrics.Accuracy ?? 0, metrics.Auc.ToDictionary(auc => auc.Key, auc => auc.Value ?? 0), metrics.TestEvents);
    }
}
