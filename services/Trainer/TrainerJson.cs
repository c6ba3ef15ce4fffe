using System.Text.Json.Serialization;
using DaprHep.Learning.Evaluation;
using DaprHep.Learning.Training;

namespace DaprHep.Trainer;

/// <summary>How a training went, epoch by epoch.</summary>
/// <param name="Epochs">A report an epoch.</param>
public sealed record TrainingHistory(IReadOnlyList<EpochReport> Epochs);

/// <summary>What an evaluation found.</summary>
/// <param name="Metrics">Accuracy, AUC, false-positive rates, confusion.</param>
/// <param name="RocCurves">A curve a class.</param>
/// <param name="Scores">A distribution a class.</param>
public sealed record EvaluationRecord(
    ClassificationMetrics Metrics, IReadOnlyList<RocCurve> RocCurves, IReadOnlyList<ScoreDistribution> Scores);

/// <summary>The score of one class over the test events.</summary>
/// <param name="Class">The class whose score it is.</param>
/// <param name="Counts">By true class, in the order of the labels: events in each of equal bins from 0 to 1.</param>
public sealed record ScoreDistribution(string Class, IReadOnlyList<long[]> Counts);

/// <summary>JSON of the trainer's objects.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(TrainingHistory))]
[JsonSerializable(typeof(EvaluationRecord))]
public sealed partial class TrainerJson : JsonSerializerContext;
