namespace DaprHep.Learning.Evaluation;

/// <summary>What an evaluation yields.</summary>
/// <param name="Metrics">The figures of <c>metrics.json</c>.</param>
/// <param name="RocCurves">One curve a class, in the order of the labels.</param>
/// <param name="CalibrationCurves">One curve a class, in the order of the labels.</param>
/// <param name="Scores">One distribution a class, in the order of the labels.</param>
public sealed record EvaluationResult(
    ClassificationMetrics Metrics,
    IReadOnlyList<RocCurve> RocCurves,
    IReadOnlyList<CalibrationCurve> CalibrationCurves,
    IReadOnlyList<ScoreDistribution> Scores)
{
    /// <summary>What each feature is worth to the model; null where predictions were judged without their model.</summary>
    public PermutationImportance? Importance { get; init; }

    /// <summary>The mistakes that the model was surest of, the surest first; empty where the events have no identity.</summary>
    public IReadOnlyList<Mistake> Mistakes { get; init; } = [];

    /// <summary>Which events the model was tested on: see <see cref="Evaluation.TestSet.DigestAsync"/>; null where they have no identity.</summary>
    public string? TestSet { get; init; }
}
