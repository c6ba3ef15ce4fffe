using System.Text.Json.Serialization;

namespace DaprHep.Learning.Report;

/// <summary>JSON of <c>curves.json</c>: in one line, for it has thousands of numbers.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, RespectNullableAnnotations = true, RespectRequiredConstructorParameters = true)]
[JsonSerializable(typeof(RunCurves))]
[JsonSerializable(typeof(TestSetOfMetrics))]
internal sealed partial class CurvesJson : JsonSerializerContext;
