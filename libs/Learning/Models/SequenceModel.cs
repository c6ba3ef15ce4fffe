using DaprHep.Learning.Models.Recurrent;

namespace DaprHep.Learning.Models;

/// <summary>
/// The classifier on particles of arXiv:1909.10389: 50 gated recurrent units over the particles, dropout, then the scores.
/// </summary>
public static class SequenceModel
{
    /// <summary>Its name in <see cref="ModelRegistry"/>.</summary>
    public const string ModelName = "sequence";

    /// <summary>What it takes: units over the particles, and what is dropped while training.</summary>
    public static IReadOnlyList<HyperParameter> Parameters { get; } =
    [
        HyperParameter.Whole("units", 50, 1, 1024),
        HyperParameter.Real("dropout", 0.2, 0, 0.9),
    ];

    /// <summary>Makes the model for training or use.</summary>
    /// <param name="features">How many features an event has; they are not read.</param>
    /// <param name="classes">How many classes to tell apart; 3 in the published model.</param>
    /// <param name="seed">Decides the starting weights and what is dropped.</param>
    /// <param name="parameters">A value for each of <see cref="Parameters"/>.</param>
    public static NeuralClassifier Create(int features, int classes, ulong seed, HyperParameters parameters)
    {
        var shape = new RecurrentShape(
            new GruLayer(parameters.Whole("units")), ReadsFeatures: false, Hidden: 0, parameters.Real("dropout"));
        return new RecurrentNetwork(ModelName, shape, features, classes, seed);
    }
}
