using System.Text.Json.Serialization;
using DaprHep.Learning.Evaluation;

namespace DaprHep.Learning.Artifacts;

/// <summary>How the records of this library are written as JSON: snake_case names, generated at compile time.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower,
    WriteIndented = true,
    NewLine = "\n",
    RespectNullableAnnotations = true,
    RespectRequiredConstructorParameters = true,
    AllowDuplicateProperties = false,
    DefaultIgnoreCondition = JsonIgnoreCondition.Never)]
[JsonSerializable(typeof(ModelDescription))]
[JsonSerializable(typeof(ClassificationMetrics))]
[JsonSerializable(typeof(PermutationImportance))]
[JsonSerializable(typeof(CalibrationCurve[]))]
public sealed partial class LearningJson : JsonSerializerContext;
