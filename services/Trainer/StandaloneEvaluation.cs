using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using DaprHep.Data.Datasets;
using DaprHep.Data.Events;
using DaprHep.Data.Objects;
using DaprHep.Hosting;
using DaprHep.Learning.Artifacts;
using DaprHep.Learning.Evaluation;
using DaprHep.Learning.Report;

namespace DaprHep.Trainer;

/// <summary>A saved model judged by the test events of a dataset, outside of a run.</summary>
/// <param name="Result">What was found.</param>
/// <param name="Metrics"><c>metrics.json</c>.</param>
/// <param name="Curves"><c>curves.json</c>.</param>
/// <param name="Report"><c>report.html</c>.</param>
/// <param name="Record"><c>run.json</c>.</param>
public sealed record StandaloneEvaluation(EvaluationResult Result, JsonObject Metrics, byte[] Curves, byte[] Report, JsonObject Record)
{
    /// <summary>Evaluates; with the run's own seed, which the model knows, the figures are those of its run.</summary>
    /// <param name="location">Path or URL of the model: a folder or prefix with <c>model.json</c> and <c>model.safetensors</c>.</param>
    /// <param name="dataset">The dataset.</param>
    /// <param name="seed">Decides resamples and permutations; null for the seed that the model was trained with.</param>
    /// <param name="cancellation">Ends the work early.</param>
    /// <param name="tuning">The search that chose the model's hyper-parameters, for the report.</param>
    /// <exception cref="BadInputException">There is no model, or the two do not fit.</exception>
    public static async Task<StandaloneEvaluation> RunAsync(
        string location, DatasetLocation dataset, long? seed, CancellationToken cancellation, TuningReport? tuning = null)
    {
        DateTime started = DateTime.UtcNow;
        (ObjectStore models, string name) = ObjectStore.OpenAt(location);
        if (!await ModelObjects.ExistsAsync(models, name, cancellation))
            throw new BadInputException($"{location}: no {SavedModel.DescriptionName}; give a folder or prefix with a model, for instance OUT/model");
        try
        {
            SavedModel saved = await ModelObjects.ReadAsync(models, name, cancellation);
            ModelDescription description = SavedModel.ReadDescription(saved.Description);
            EvaluationResult result = await ModelEvaluation.RunAsync(
                dataset.Store, dataset.Statistics, saved, (ulong)(seed ?? SeedOf(description)), cancellation);
            FeatureStatistics statistics = await dataset.Store.ReadJsonAsync(
                dataset.Statistics, StatisticsJson.Default.FeatureStatistics, cancellation);
            PartitionPlan plan = await PlanObjects.ReadAsync(dataset.Store, statistics.Plan, cancellation);
            TrainingHistory history = await ModelObjects.FindHistoryAsync(models, name, cancellation) ?? new TrainingHistory([]);
            return new StandaloneEvaluation(
                result,
                EvaluationDocuments.Metrics(result),
                RunDocuments.Curves(result, history),
                ReportOf(result, description, statistics, plan, history, started, tuning),
                RecordOf(location, description, dataset, statistics, plan, started));
        }
        catch (Exception e) when (ModelErrors.AreInput(e))
        {
            throw new BadInputException($"{location}: {e.Message}", e);
        }
    }

    private static long SeedOf(ModelDescription model) =>
        model.Lineage?["seed"] is JsonValue value && value.TryGetValue(out long seed) && seed >= 0 ? seed : 1;

    private static byte[] ReportOf(
        EvaluationResult result, ModelDescription model, FeatureStatistics statistics, PartitionPlan plan, TrainingHistory history,
        DateTime started, TuningReport? tuning) =>
        Encoding.UTF8.GetBytes(ReportPage.Render(new ReportData
        {
            Title = $"{model.Model} on {statistics.Physics} features",
            Created = started,
            SoftwareVersion = $"DaprHep {SoftwareVersion.Current}",
            Classes = EventClasses.Names,
            Parameters = [.. ParametersOf(model).Select(parameter => RunReport.ParameterOf(parameter.Key, parameter.Value))],
            Inputs = RunReport.InputsOf(plan),
            CutFlow = RunReport.CutFlowOf(statistics),
            Loss = [.. RunDocuments.LossesOf(history)],
            Tuning = tuning,
        }.WithEvaluation(result)));

    private static JsonObject RecordOf(
        string location, ModelDescription model, DatasetLocation dataset, FeatureStatistics statistics, PartitionPlan plan, DateTime started) => new()
        {
            ["run"] = $"evaluation of {location}",
            ["started"] = started.ToString("O", CultureInfo.InvariantCulture),
            ["software"] = SoftwareVersion.Current,
            ["parameters"] = ParametersOf(model),
            ["inputs"] = RunDocuments.InputsOf(plan),
            ["store"] = dataset.Store.Url,
            ["objects"] = new JsonObject { ["plan"] = statistics.Plan, ["statistics"] = dataset.Statistics, ["model"] = location },
        };

    /// <summary>What the model says of its training: numbers and names of its lineage, not the objects it came from.</summary>
    private static JsonObject ParametersOf(ModelDescription model)
    {
        var parameters = new JsonObject { ["physics"] = model.Physics, ["model"] = model.Model };
        foreach ((string name, JsonNode? value) in model.Lineage ?? [])
        {
            if (value is JsonValue or JsonArray && name is not ("statistics" or "plan" or "software"))
                parameters[name] = value.DeepClone();
        }
        return parameters;
    }
}
