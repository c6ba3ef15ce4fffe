namespace DaprHep.Learning.Models;

/// <summary>The models there are, by name. A new model is one file and one line here.</summary>
public static class ModelRegistry
{
    private static readonly SortedDictionary<string, Func<int, int, ulong, Classifier>> s_models = new(StringComparer.Ordinal)
    {
        [HlfModel.ModelName] = HlfModel.Create,
    };

    /// <summary>All names, in alphabetical order.</summary>
    public static IEnumerable<string> Names => s_models.Keys;

    /// <summary>Makes a model with fresh weights.</summary>
    /// <param name="name">One of <see cref="Names"/>.</param>
    /// <param name="features">How many features an event has.</param>
    /// <param name="classes">How many classes to tell apart.</param>
    /// <param name="seed">Decides the starting weights.</param>
    /// <exception cref="UnknownModelException">The name is unknown.</exception>
    public static Classifier Create(string name, int features, int classes, ulong seed) =>
        s_models.TryGetValue(name, out var create) ? create(features, classes, seed) : throw new UnknownModelException(name, Names);
}
