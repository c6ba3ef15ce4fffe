namespace DaprHep.Learning.Inference;

/// <summary>What one event's probabilities rest on.</summary>
/// <param name="Probabilities">The probabilities of the event as it is, one for each class.</param>
/// <param name="Class">The most probable class.</param>
/// <param name="Features">What each feature contributes, in their order; empty where the model reads none.</param>
/// <param name="Particles">What each particle contributes, in the order given and without the lepton, by which the others are ordered;
/// empty where the model reads none.</param>
public sealed record Explanation(
    IReadOnlyList<float> Probabilities, int Class, IReadOnlyList<FeatureOcclusion> Features, IReadOnlyList<ParticleOcclusion> Particles);

/// <summary>What a feature contributes.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Value">Its value in the event.</param>
/// <param name="Replacement">The usual value that was put in its place.</param>
/// <param name="Contributions">By how much each class's probability is higher with the event's own value.</param>
public sealed record FeatureOcclusion(string Name, float Value, float Replacement, IReadOnlyList<float> Contributions);

/// <summary>What a particle contributes.</summary>
/// <param name="Index">Which one, as given; 0 would be the lepton.</param>
/// <param name="Contributions">By how much each class's probability is higher with the particle than without.</param>
public sealed record ParticleOcclusion(int Index, IReadOnlyList<float> Contributions);
