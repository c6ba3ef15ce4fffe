using System.Text.Json.Nodes;
using DaprHep.Learning.Artifacts;
using DaprHep.Learning.Evaluation;
using DaprHep.Learning.Inference;
using DaprHep.Physics;
using DaprHep.Serving.Catalogue;
using DaprHep.Serving.Models;

namespace DaprHep.Serving.Http;

/// <summary>A line of <c>GET /v1/models</c>.</summary>
/// <param name="Name">The name in the address.</param>
/// <param name="Version">The version that answers; null where none can.</param>
/// <param name="Kind">What it is: <c>hlf</c>, <c>sequence</c>, <c>inclusive</c>, <c>lstm</c> or <c>trees</c>.</param>
/// <param name="Run">The run that trained it.</param>
/// <param name="Canary">The version that some of the events go to.</param>
/// <param name="Shadow">The version whose answers are only compared.</param>
/// <param name="Problem">Why a version can't be loaded.</param>
internal sealed record ModelLine(
    string Name, string? Version, string? Kind, string? Run, CanaryRoute? Canary, string? Shadow, string? Problem)
{
    public static ModelLine Of(LoadedModel model) => new(
        model.Model.Name, model.Serving?.Version.Version, model.Serving?.Predictor.Description.Model, model.Serving?.Version.Run,
        model.Model.Canary, model.Model.Shadow, model.Problem);
}

/// <summary><c>GET /v1/models/{name}</c>: what is served under a name, what it takes, how good it is and where it comes from.</summary>
internal sealed record ModelDocument
{
    /// <summary>The name in the address.</summary>
    public required string Name { get; init; }

    /// <summary>The version that answers; null where none can.</summary>
    public string? Version { get; init; }

    /// <summary>What kind of model it is.</summary>
    public string? Kind { get; init; }

    /// <summary>The names of the classes, in the order of the probabilities.</summary>
    public IReadOnlyList<string>? Classes { get; init; }

    /// <summary>What an event must have.</summary>
    public ModelInput? Input { get; init; }

    /// <summary>How well it did on its test events.</summary>
    public ClassificationMetrics? Metrics { get; init; }

    /// <summary>Where it comes from.</summary>
    public JsonObject? Lineage { get; init; }

    /// <summary>SHA-256 of its weights.</summary>
    public string? WeightsSha256 { get; init; }

    /// <summary>The version that some of the events go to.</summary>
    public CanaryRoute? Canary { get; init; }

    /// <summary>The version whose answers are only compared.</summary>
    public string? Shadow { get; init; }

    /// <summary>How its answers compare with those given by this process; null where there is no shadow or it has seen nothing.</summary>
    public ShadowStatistics? ShadowStatistics { get; init; }

    /// <summary>The version that a rollback would serve.</summary>
    public string? Previous { get; init; }

    /// <summary>The versions that are kept, oldest first.</summary>
    public required IReadOnlyList<ModelVersion> Versions { get; init; }

    /// <summary>What came of promotions, oldest first.</summary>
    public required IReadOnlyList<PromotionRecord> Promotions { get; init; }

    /// <summary>Why a version can't be loaded.</summary>
    public string? Problem { get; init; }

    public static ModelDocument Of(LoadedModel model)
    {
        ModelDescription? description = model.Serving?.Predictor.Description;
        ServedModel served = model.Model;
        return new ModelDocument
        {
            Name = served.Name,
            Version = model.Serving?.Version.Version,
            Kind = description?.Model,
            Classes = description?.Classes,
            Input = model.Serving is null ? null : ModelInput.Of(model.Serving.Predictor),
            Metrics = model.Serving?.Version.Metrics,
            Lineage = description?.Lineage?.DeepClone().AsObject(),
            WeightsSha256 = model.Serving?.Version.WeightsSha256,
            Canary = served.Canary,
            Shadow = served.Shadow,
            Previous = served.Served.Count > 1 ? served.Served[^2] : null,
            Versions = served.Versions,
            Promotions = served.Promotions,
            Problem = model.Problem,
        };
    }
}

/// <summary>What an event must have.</summary>
/// <param name="Physics">The physics profile that computes the values.</param>
/// <param name="Hlf">The high-level features in their order, raw, with their ranges in training; null where they are not read.</param>
/// <param name="Particles">The values of a particle in their order, raw; null where particles are not read.</param>
/// <param name="MostParticles">So many particles an event may have, the lepton first; null where they are not read.</param>
internal sealed record ModelInput(
    string? Physics, IReadOnlyList<FeatureScaling>? Hlf, IReadOnlyList<string>? Particles, int? MostParticles)
{
    public static ModelInput Of(Predictor predictor) => new(
        predictor.Description.Physics,
        predictor.ReadsHlf ? predictor.Description.Features : null,
        predictor.ReadsParticles ? ParticleColumns.Names : null,
        predictor.ReadsParticles ? ParticleColumns.MaxParticles : null);
}

/// <summary>The body of <c>POST /v1/models/{name}/predict</c>, for the OpenAPI document; it is read without it.</summary>
/// <param name="Events">The events.</param>
internal sealed record PredictRequest(IReadOnlyList<PredictEvent> Events);

/// <summary>One event. Values are raw: as physics computes them, not scaled.</summary>
/// <param name="Id">Whose prediction it is; may be left out, and may be text.</param>
/// <param name="Hlf">The 14 high-level features in their order, or as an object by name.</param>
/// <param name="Particles">The particles, 19 values each or objects by name, the lepton first.</param>
internal sealed record PredictEvent(ulong? Id, IReadOnlyList<float>? Hlf, IReadOnlyList<IReadOnlyList<float>>? Particles);

/// <summary>The answer of <c>POST /v1/models/{name}/predict</c>.</summary>
/// <param name="Model">Name of the model.</param>
/// <param name="Version">The version that answers.</param>
/// <param name="Classes">The names of the classes.</param>
/// <param name="Predictions">One an event, in the order of the request.</param>
internal sealed record PredictAnswer(
    string Model, string Version, IReadOnlyList<string> Classes, IReadOnlyList<EventPrediction> Predictions);

/// <summary>The prediction for one event.</summary>
/// <param name="Id">The event's id, where it has one.</param>
/// <param name="Version">The version, where it is another than the answer's.</param>
/// <param name="Class">The most probable class.</param>
/// <param name="Probabilities">One a class; null for an event that was flagged.</param>
/// <param name="Flagged">Why there are no probabilities.</param>
internal sealed record EventPrediction(
    ulong? Id, string? Version, string? Class, IReadOnlyList<float>? Probabilities, string? Flagged);
