using DaprHep.Learning.Inference;
using DaprHep.Serving.Catalogue;

namespace DaprHep.Serving.Models;

/// <summary>A version that can answer.</summary>
/// <param name="Version">Which.</param>
/// <param name="Predictor">Its network or trees; any number of threads use it.</param>
internal sealed record LoadedVersion(ModelVersion Version, Predictor Predictor)
{
    /// <summary>Computes the events of requests that come together in one batch.</summary>
    public BatchQueue Batches { get; } = new(Predictor);
}

/// <summary>A served model as this process has it in memory. Never changes; a change of the catalogue makes a new one.</summary>
/// <param name="Model">What the catalogue says.</param>
/// <param name="Serving">The version that answers; null where it can't be loaded.</param>
/// <param name="Canary">The version that answers for some events.</param>
/// <param name="Shadow">The version whose answers are only compared.</param>
/// <param name="Problem">Why a version can't be loaded; null where all can.</param>
internal sealed record LoadedModel(ServedModel Model, LoadedVersion? Serving, LoadedVersion? Canary, LoadedVersion? Shadow, string? Problem);
