using DaprHep.Learning.Checkpoints;
using DaprHep.Learning.Training;

namespace DaprHep.Learning.Models;

/// <summary>The models there are, by name. A new model is one file and one line here.</summary>
public static class ModelRegistry
{
    private static readonly SortedDictionary<string, Entry> Models = new(StringComparer.Ordinal)
    {
        [HlfModel.ModelName] = new(HlfModel.Create, HlfModel.Parameters),
        [InclusiveModel.ModelName] = new(InclusiveModel.Create, InclusiveModel.Parameters, ReadsParticles: true),
        [LstmModel.ModelName] = new(LstmModel.Create, LstmModel.Parameters, ReadsParticles: true),
        [SequenceModel.ModelName] = new(SequenceModel.Create, SequenceModel.Parameters, ReadsParticles: true),
        [TreesModel.ModelName] = new(TreesModel.Create, TreesModel.Parameters, Train: BoostingLoop.Run),
    };

    /// <summary>All names, in alphabetical order.</summary>
    public static IEnumerable<string> Names => Models.Keys;

    /// <summary>Makes a model with fresh weights.</summary>
    /// <param name="name">One of <see cref="Names"/>.</param>
    /// <param name="features">How many features an event has.</param>
    /// <param name="classes">How many classes to tell apart.</param>
    /// <param name="seed">Decides the starting weights and whatever else is drawn while training.</param>
    /// <param name="parameters">Its hyper-parameters; those that are left out have their defaults.</param>
    /// <exception cref="UnknownModelException">The name is unknown.</exception>
    /// <exception cref="HyperParameterException">The model does not take one of the hyper-parameters, or not that value.</exception>
    public static Classifier Create(string name, int features, int classes, ulong seed, HyperParameters? parameters = null)
    {
        var entry = Find(name);
        var complete = HyperParameter.Complete($"model '{name}'", entry.Parameters, parameters ?? HyperParameters.None);
        var model = entry.Create(features, classes, seed, complete);
        model.Parameters = complete;
        return model;
    }

    /// <summary>The hyper-parameters that a model takes.</summary>
    /// <param name="name">One of <see cref="Names"/>.</param>
    /// <exception cref="UnknownModelException">The name is unknown.</exception>
    public static IReadOnlyList<HyperParameter> ParametersOf(string name) => Find(name).Parameters;

    /// <summary>Makes a network with fresh weights, to be trained by gradients.</summary>
    /// <inheritdoc cref="Create"/>
    /// <exception cref="InvalidOperationException">The model does not learn by gradients.</exception>
    public static NeuralClassifier CreateNetwork(
        string name, int features, int classes, ulong seed, HyperParameters? parameters = null) =>
        Create(name, features, classes, seed, parameters) as NeuralClassifier
        ?? throw new InvalidOperationException($"Model '{name}' does not learn by gradients");

    /// <summary>Whether a model needs the events' particles, so that they are worth loading.</summary>
    /// <param name="name">One of <see cref="Names"/>.</param>
    /// <exception cref="UnknownModelException">The name is unknown.</exception>
    public static bool ReadsParticles(string name) => Find(name).ReadsParticles;

    /// <summary>
    /// How a model is trained where nothing else is said. Models that read particles are short of events rather than of epochs: fewer
    /// epochs, and mirror images, which make validation figures better; models of features alone do not gain from them.
    /// </summary>
    /// <param name="name">One of <see cref="Names"/>.</param>
    /// <exception cref="UnknownModelException">The name is unknown.</exception>
    public static TrainingOptions UsualTrainingOf(string name)
    {
        var usual = new TrainingOptions { Model = name };
        return ReadsParticles(name) ? usual with { Epochs = 25, Mirror = true } : usual;
    }

    /// <summary>Whether several processes can train a model together.</summary>
    /// <param name="name">One of <see cref="Names"/>.</param>
    /// <exception cref="UnknownModelException">The name is unknown.</exception>
    public static bool LearnsAcrossRanks(string name) => TrainingOf(name) is null;

    /// <summary>How a model learns that is no network; null for networks.</summary>
    /// <param name="name">One of <see cref="Names"/>.</param>
    /// <exception cref="UnknownModelException">The name is unknown.</exception>
    internal static OwnTraining? TrainingOf(string name) => Find(name).Train;

    private static Entry Find(string name) =>
        Models.TryGetValue(name, out var entry) ? entry : throw new UnknownModelException(name, Names);

    private sealed record Entry(
        Func<int, int, ulong, HyperParameters, Classifier> Create,
        IReadOnlyList<HyperParameter> Parameters,
        bool ReadsParticles = false,
        OwnTraining? Train = null);

    /// <summary>Trains a model on events that have been checked; as <see cref="TrainingLoop"/> does.</summary>
    internal delegate TrainingOutcome OwnTraining(
        TrainingData data, int classes, TrainingOptions options, TrainingProgress progress, CheckpointStore? checkpoints,
        CancellationToken cancellation);
}
