using DaprHep.Learning.Models.Dense;

namespace DaprHep.Learning.Models;

/// <summary>
/// The classifier on high-level features of arXiv:1909.10389: dense layers of 50, 20 and 10 neurons with ReLU, then the scores.
/// </summary>
public static class HlfModel
{
    /// <summary>Its name in <see cref="ModelRegistry"/>.</summary>
    public const string ModelName = "hlf";

    /// <summary>What it takes: the widths of its hidden layers.</summary>
    public static IReadOnlyList<HyperParameter> Parameters { get; } = [HyperParameter.Wholes("hidden", [50, 20, 10], 1, 4096, longest: 16)];

    /// <summary>Makes the model for training or use.</summary>
    /// <param name="features">How many features an event has; 14 in the published model.</param>
    /// <param name="classes">How many classes to tell apart; 3 in the published model.</param>
    /// <param name="seed">Decides the starting weights.</param>
    /// <param name="parameters">A value for each of <see cref="Parameters"/>.</param>
    public static NeuralClassifier Create(int features, int classes, ulong seed, HyperParameters parameters) =>
        new DenseNetwork(ModelName, features, parameters.Wholes("hidden"), classes, seed);
}
