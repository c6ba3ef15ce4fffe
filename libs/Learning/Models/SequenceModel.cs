using DaprHep.Learning.Models.Recurrent;

namespace DaprHep.Learning.Models;

/// <summary>
/// The classifier on particles of arXiv:1909.10389: 50 gated recurrent units over the particles, dropout, then the scores.
/// </summary>
public static class SequenceModel
{
    /// <summary>Its name in <see cref="ModelRegistry"/>.</summary>
    public const string ModelName = "sequence";

    /// <summary>Makes the model for training or use.</summary>
    /// <param name="features">How many features an event has; they are not read.</param>
    /// <param name="classes">How many classes to tell apart; 3 in the published model.</param>
    /// <param name="seed">Decides the starting weights and what is dropped.</param>
    public static Classifier Create(int features, int classes, ulong seed) => new RecurrentNetwork(
        ModelName, new RecurrentShape(new GruLayer(50), ReadsFeatures: false, Hidden: 0, Dropout: 0.2), features, classes, seed);
}
