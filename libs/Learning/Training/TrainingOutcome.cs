using DaprHep.Learning.Models;

namespace DaprHep.Learning.Training;

/// <summary>What training ends with.</summary>
/// <param name="Model">The trained model; dispose it after use.</param>
/// <param name="Epochs">One report an epoch.</param>
public sealed record TrainingOutcome(Classifier Model, IReadOnlyList<EpochReport> Epochs);
