using System.Text.Json.Serialization;
using DaprHep.Learning.Evaluation;
using DaprHep.Serving.Catalogue;

namespace DaprHep.Serving;

/// <summary>JSON of the objects in the store.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, IgnoreReadOnlyProperties = false)]
[JsonSerializable(typeof(ServingCatalogue))]
[JsonSerializable(typeof(PromotionGate))]
[JsonSerializable(typeof(EvaluationResult))]
internal sealed partial class ServingJson : JsonSerializerContext;
