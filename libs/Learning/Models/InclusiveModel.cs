using DaprHep.Learning.Models.Recurrent;

namespace DaprHep.Learning.Models;

/// <summary>
/// The inclusive classifier of arXiv:1909.10389: 50 gated recurrent units over the particles, joined with the high-level features, both
/// after dropout, a dense layer of 25 neurons with ReLU, then the scores.
/// </summary>
public static class InclusiveModel
{
    /// <summary>Its name in <see cref="ModelRegistry"/>.</summary>
    public const string ModelName = "inclusive";

    /// <summary>Makes the model for training or use.</summary>
    /// <param name="features">How many features an event has; 14 in the published model.</param>
    /// <param name="classes">How many classes to tell apart; 3 in the published model.</param>
    /// <param name="seed">Decides the starting weights and what is dropped.</param>
    public static Classifier Create(int features, int classes, ulong seed) => new RecurrentNetwork(
        ModelName, new RecurrentShape(new GruLayer(50), ReadsFeatures: true, Hidden: 25, Dropout: 0.2), features, classes, seed);
}
