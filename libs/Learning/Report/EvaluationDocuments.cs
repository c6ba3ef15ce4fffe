using System.Text.Json;
using System.Text.Json.Nodes;
using DaprHep.Learning.Artifacts;
using DaprHep.Learning.Evaluation;

namespace DaprHep.Learning.Report;

/// <summary>An evaluation as the documents that a run and <c>evaluate</c> leave; <c>docs/metrics.md</c> describes their fields.</summary>
public static class EvaluationDocuments
{
    /// <summary>The name of the document of figures.</summary>
    public const string MetricsName = "metrics.json";

    /// <summary>The name of the document of curves.</summary>
    public const string CurvesName = "curves.json";

    /// <summary><c>metrics.json</c>, as far as the evaluation fills it.</summary>
    public static JsonObject Metrics(EvaluationResult evaluation)
    {
        var metrics = evaluation.Metrics.ToJson();
        metrics["calibration"] = JsonSerializer.SerializeToNode(
            evaluation.CalibrationCurves.ToArray(), LearningJson.Default.CalibrationCurveArray);
        if (evaluation.Importance is { } importance)
        {
            metrics["permutation_importance"] = JsonSerializer.SerializeToNode(
                importance, LearningJson.Default.PermutationImportance);
        }

        metrics["test_set"] = evaluation.TestSet;
        return metrics;
    }

    /// <summary><c>curves.json</c>.</summary>
    /// <param name="evaluation">The evaluation.</param>
    /// <param name="training">The losses by epoch, where the training is known.</param>
    public static byte[] Curves(EvaluationResult evaluation, IEnumerable<EpochLoss> training) =>
        JsonSerializer.SerializeToUtf8Bytes(RunCurves.Of(evaluation, training), CurvesJson.Default.RunCurves);

    /// <summary>Puts an evaluation into a report.</summary>
    /// <param name="report">The report so far, with its classes.</param>
    /// <param name="evaluation">The evaluation.</param>
    public static ReportData WithEvaluation(this ReportData report, EvaluationResult evaluation)
    {
        var metrics = evaluation.Metrics;
        return report with
        {
            TestEvents = metrics.TestEvents,
            Accuracy = new Measurement(metrics.Accuracy, metrics.AccuracyError),
            Metrics = [.. report.Classes.Select(name => ClassMetrics.Of(metrics, name))],
            RocCurves = [.. evaluation.RocCurves
                .Select(curve => new ReportRocCurve(curve.Class, curve.FalsePositiveRate, curve.TruePositiveRate))],
            Confusion = [.. metrics.Confusion.Select(row => row.Select(count => (long)count).ToArray())],
            Calibration = evaluation.CalibrationCurves,
            Importance = evaluation.Importance,
            Mistakes = evaluation.Mistakes,
            Scores = [.. evaluation.Scores.Select(HistogramOf)],
        };
    }

    private static Histogram HistogramOf(ScoreDistribution score)
    {
        var bins = score.Counts[0].Length;
        return new Histogram(
            $"score of {score.Class}",
            "",
            [.. Enumerable.Range(0, bins + 1).Select(edge => (double)edge / bins)],
            [.. score.Counts.Select(counts => counts.Select(count => (double)count).ToArray())],
            LogCounts: true);
    }
}
