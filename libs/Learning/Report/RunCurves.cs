using System.Text.Json;
using System.Text.Json.Nodes;
using DaprHep.Learning.Evaluation;

namespace DaprHep.Learning.Report;

/// <summary><c>curves.json</c>: what plots of a run need beside its figures.</summary>
/// <param name="Roc">ROC curves, one a class.</param>
/// <param name="Training">The losses by epoch; empty where the training is not known.</param>
public sealed record RunCurves(IReadOnlyList<ReportRocCurve> Roc, IReadOnlyList<EpochLoss> Training)
{
    private const int Digits = 7;

    /// <summary>The curves of an evaluation, rounded to what a plot can show.</summary>
    public static RunCurves Of(EvaluationResult evaluation, IEnumerable<EpochLoss> training) => new(
        [.. evaluation.RocCurves.Select(curve => new ReportRocCurve(
            curve.Class, Rounded(curve.FalsePositiveRate), Rounded(curve.TruePositiveRate)))],
        [.. training]);

    /// <summary>The curves as <c>curves.json</c> has them.</summary>
    public JsonNode ToJson() => JsonSerializer.SerializeToNode(this, CurvesJson.Default.RunCurves)!;

    private static double[] Rounded(IReadOnlyList<double> values) => [.. values.Select(value => Math.Round(value, Digits))];
}
