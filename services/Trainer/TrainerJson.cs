using System.Text.Json.Serialization;
using DaprHep.Learning.Evaluation;
using DaprHep.Learning.Training;

namespace DaprHep.Trainer;

/// <summary>How a training went, epoch by epoch.</summary>
/// <param name="Epochs">A report an epoch.</param>
public sealed record TrainingHistory(IReadOnlyList<EpochReport> Epochs);

/// <summary>JSON of the trainer's objects.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(TrainingHistory))]
[JsonSerializable(typeof(EvaluationResult))]
public sealed partial class TrainerJson : JsonSerializerContext;
