using DaprHep.Learning.Artifacts;

namespace DaprHep.Learning.Training;

/// <summary>What a model learns from and what it is judged by.</summary>
/// <param name="Train">The events it learns from.</param>
/// <param name="Test">The events it never learns from.</param>
public sealed record TrainingData(LabelledEvents Train, LabelledEvents Test);

/// <summary>Events with what a model reads of them and their labels; the memory is used where it lies.</summary>
public sealed class LabelledEvents : EventInputs
{
    /// <summary>Describes events in memory.</summary>
    /// <param name="features">Scaled features, [events, features] in row-major order, e.g. the values of an Arrow column.</param>
    /// <param name="labels">The class of each event, from 0.</param>
    /// <param name="featureCount">How many features an event has; 14 high-level features.</param>
    /// <param name="particles">The particles of the same events, for models that read them.</param>
    /// <exception cref="TrainingDataException">The lengths do not fit.</exception>
    public LabelledEvents(
        ReadOnlyMemory<float> features, ReadOnlyMemory<sbyte> labels, int featureCount, ParticleSequences? particles = null)
        : base(Fitting(features, labels.Length, featureCount), featureCount, particles) => Labels = labels;

    /// <summary>The class of each event.</summary>
    public ReadOnlyMemory<sbyte> Labels { get; }

    /// <summary>The first events, where they lie.</summary>
    /// <param name="count">How many, at most <see cref="EventInputs.Count"/>.</param>
    public LabelledEvents First(int count) =>
        new(Features[..(count * FeatureCount)], Labels[..count], FeatureCount, Particles?.First(count))
        {
            Ids = Ids.IsEmpty ? Ids : Ids[..count],
            Scaling = Scaling,
        };

    /// <summary>Where each event came from (<see cref="Data.Sampling.EventIdentity"/>); empty where that is not known.</summary>
    public ReadOnlyMemory<ulong> Ids { get; init; }

    /// <summary>The features in their order and how they are scaled; empty where that is not known.</summary>
    public IReadOnlyList<FeatureScaling> Scaling { get; init; } = [];

    /// <summary>Copies some of the events.</summary>
    /// <param name="rows">Which ones, in this order.</param>
    internal LabelledEvents Select(ReadOnlySpan<int> rows)
    {
        var features = new float[rows.Length * FeatureCount];
        var labels = new sbyte[rows.Length];
        var ids = new ulong[Ids.IsEmpty ? 0 : rows.Length];
        for (var i = 0; i < rows.Length; i++)
        {
            Features.Span.Slice(rows[i] * FeatureCount, FeatureCount).CopyTo(features.AsSpan(i * FeatureCount));
            labels[i] = Labels.Span[rows[i]];
            if (ids.Length > 0)
                ids[i] = Ids.Span[rows[i]];
        }

        return new LabelledEvents(features, labels, FeatureCount, Particles?.Select(rows)) { Ids = ids, Scaling = Scaling };
    }

    /// <summary>Events of each class.</summary>
    /// <param name="classes">How many classes there are.</param>
    /// <exception cref="TrainingDataException">A label lies outside [0, <paramref name="classes"/>).</exception>
    public int[] CountByClass(int classes)
    {
        var counts = new int[classes];
        var labels = Labels.Span;
        for (var i = 0; i < labels.Length; i++)
        {
            if ((uint)labels[i] >= (uint)classes)
                throw new TrainingDataException($"Event {i} has label {labels[i]}; expected 0 to {classes - 1}");
            counts[labels[i]]++;
        }

        return counts;
    }

    private protected override string NameOf(int feature) =>
        feature < Scaling.Count ? $"{feature} ({Scaling[feature].Name})" : base.NameOf(feature);

    private static ReadOnlyMemory<float> Fitting(ReadOnlyMemory<float> features, int labels, int featureCount)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(featureCount);
        return features.Length == (long)labels * featureCount
            ? features
            : throw new TrainingDataException($"{features.Length} feature values do not make {labels} events of {featureCount} features");
    }
}
