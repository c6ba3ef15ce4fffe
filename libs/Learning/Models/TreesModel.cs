using DaprHep.Learning.Models.Trees;

namespace DaprHep.Learning.Models;

/// <summary>
/// Gradient-boosted decision trees on the high-level features, grown by XGBoost (Chen and Guestrin, arXiv:1603.02754) and evaluated by our
/// own kernel. A boosting round adds a tree for each class. Trees see the 14 features as <see cref="SymmetricFeatures"/>, other ones as
/// they are.
/// </summary>
public static class TreesModel
{
    /// <summary>Its name in <see cref="ModelRegistry"/>.</summary>
    public const string ModelName = "trees";

    /// <summary>
    /// What it takes, named as in XGBoost; an epoch is <c>rounds</c> boosting rounds. The defaults were chosen by cross-validation on
    /// training events alone.
    /// </summary>
    public static IReadOnlyList<HyperParameter> Parameters { get; } =
    [
        HyperParameter.Whole("rounds", 8, 1, 10_000),
        HyperParameter.Whole("max_depth", 4, 1, 12),
        HyperParameter.Real("eta", 0.03, 1e-6, 1),
        HyperParameter.Real("subsample", 0.5, 0.01, 1),
        HyperParameter.Real("colsample_bytree", 0.8, 0.01, 1),
        HyperParameter.Real("min_child_weight", 1, 0, 1e6),
        HyperParameter.Real("lambda", 1, 0, 1e6),
    ];

    /// <summary>Makes the model, without trees yet.</summary>
    /// <param name="features">How many features an event has.</param>
    /// <param name="classes">How many classes to tell apart.</param>
    /// <param name="seed">Not used: the seed of the training options decides what is drawn in every round.</param>
    /// <param name="parameters">A value for each of <see cref="Parameters"/>.</param>
    public static BoostedTrees Create(int features, int classes, ulong seed, HyperParameters parameters) =>
        new(ModelName, features, classes);
}
