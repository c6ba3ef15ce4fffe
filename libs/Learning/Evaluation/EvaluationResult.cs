namespace DaprHep.Learning.Evaluation;

/// <summary>What an evaluation yields.</summary>
/// <param name="Metrics">The figures of <c>metrics.json</c>.</param>
/// <param name="RocCurves">One curve a class, in the order of the labels.</param>
/// <param name="CalibrationCurves">One curve a class, in the order of the labels.</param>
public sealed record EvaluationResult(
    ClassificationMetrics Metrics, IReadOnlyList<RocCurve> RocCurves, IReadOnlyList<CalibrationCurve> CalibrationCurves);
