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

    /// <summary>What it takes: units over the particles, neurons of the dense layer (0: none), what is dropped while training.</summary>
    public static IReadOnlyList<HyperParameter> Parameters { get; } =
    [
        HyperParameter.Whole("units", 50, 1, 1024),
        HyperParameter.Whole("hidden", 25, 0, 4096),
        HyperParameter.Real("dropout", 0.2, 0, 0.9),
    ];

    /// <summary>Makes the model for training or use.</summary>
    /// <param name="features">How many features an event has; 14 in the published model.</param>
    /// <param name="classes">How many classes to tell apart; 3 in the published model.</param>
    /// <param name="seed">Decides the starting weights and what is dropped.</param>
    /// <param name="parameters">A value for each of <see cref="Parameters"/>.</param>
    public static NeuralClassifier Create(int features, int classes, ulong seed, HyperParameters parameters)
    {
        var shape = new RecurrentShape(
            new GruLayer(parameters.Whole("units")), ReadsFeatures: true, parameters.Whole("hidden"), parameters.Real("dropout"));
        return new RecurrentNetwork(ModelName, shape, features, classes, seed);
    }
}
