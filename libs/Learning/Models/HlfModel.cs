using DaprHep.Learning.Models.Dense;

namespace DaprHep.Learning.Models;

/// <summary>
/// The classifier on high-level features of arXiv:1909.10389: dense layers of 50, 20 and 10 neurons with ReLU, then the scores.
/// </summary>
public static class HlfModel
{
    /// <summary>Its name in <see cref="ModelRegistry"/>.</summary>
    public const string ModelName = "hlf";

    /// <summary>The widths of its hidden layers.</summary>
    public static IReadOnlyList<int> HiddenLayers { get; } = [50, 20, 10];

    /// <summary>Makes the model for training or use.</summary>
    /// <param name="features">How many features an event has; 14 in the published model.</param>
    /// <param name="classes">How many classes to tell apart; 3 in the published model.</param>
    /// <param name="seed">Decides the starting weights.</param>
    public static Classifier Create(int features, int classes, ulong seed) =>
        new DenseNetwork(ModelName, features, HiddenLayers, classes, seed);
}
