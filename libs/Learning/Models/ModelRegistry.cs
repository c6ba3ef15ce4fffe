namespace DaprHep.Learning.Models;

/// <summary>The models there are, by name. A new model is one file and one line here.</summary>
public static class ModelRegistry
{
    private static readonly SortedDictionary<string, Entry> Models = new(StringComparer.Ordinal)
    {
        [HlfModel.ModelName] = new(HlfModel.Create),
        [InclusiveModel.ModelName] = new(InclusiveModel.Create, ReadsParticles: true),
        [LstmModel.ModelName] = new(LstmModel.Create, ReadsParticles: true),
        [SequenceModel.ModelName] = new(SequenceModel.Create, ReadsParticles: true),
    };

    /// <summary>All names, in alphabetical order.</summary>
    public static IEnumerable<string> Names => Models.Keys;

    /// <summary>Makes a model with fresh weights.</summary>
    /// <param name="name">One of <see cref="Names"/>.</param>
    /// <param name="features">How many features an event has.</param>
    /// <param name="classes">How many classes to tell apart.</param>
    /// <param name="seed">Decides the starting weights and whatever else is drawn while training.</param>
    /// <exception cref="UnknownModelException">The name is unknown.</exception>
    public static Classifier Create(string name, int features, int classes, ulong seed) => Find(name).Create(features, classes, seed);

    /// <summary>Whether a model needs the events' particles, so that they are worth loading.</summary>
    /// <param name="name">One of <see cref="Names"/>.</param>
    /// <exception cref="UnknownModelException">The name is unknown.</exception>
    public static bool ReadsParticles(string name) => Find(name).ReadsParticles;

    private static Entry Find(string name) =>
        Models.TryGetValue(name, out var entry) ? entry : throw new UnknownModelException(name, Names);

    private sealed record Entry(Func<int, int, ulong, Classifier> Create, bool ReadsParticles = false);
}
