using DaprHep.Learning.Models.Recurrent;

namespace DaprHep.Learning.Models;

/// <summary>The inclusive classifier (<see cref="InclusiveModel"/>), with long short-term memory in place of gated units.</summary>
public static class LstmModel
{
    /// <summary>Its name in <see cref="ModelRegistry"/>.</summary>
    public const string ModelName = "lstm";

    /// <summary>Makes the model for training or use.</summary>
    /// <param name="features">How many features an event has.</param>
    /// <param name="classes">How many classes to tell apart.</param>
    /// <param name="seed">Decides the starting weights and what is dropped.</param>
    public static Classifier Create(int features, int classes, ulong seed) => new RecurrentNetwork(
        ModelName, new RecurrentShape(new LstmLayer(50), ReadsFeatures: true, Hidden: 25, Dropout: 0.2), features, classes, seed);
}
