using System.Numerics.Tensors;

namespace DaprHep.Learning.Training;

/// <summary>What a model learns from and what it is judged by.</summary>
/// <param name="Train">The events it learns from.</param>
/// <param name="Test">The events it never learns from.</param>
public sealed record TrainingData(LabelledEvents Train, LabelledEvents Test);

/// <summary>Events with scaled features and their labels; the memory is used where it lies.</summary>
public sealed class LabelledEvents
{
    /// <summary>Describes events in memory.</summary>
    /// <param name="features">Scaled features, [events, features] in row-major order, e.g. the values of an Arrow column.</param>
    /// <param name="labels">The class of each event, from 0.</param>
    /// <param name="featureCount">How many features an event has; 14 high-level features.</param>
    /// <exception cref="TrainingDataException">The two lengths do not fit.</exception>
    public LabelledEvents(ReadOnlyMemory<float> features, ReadOnlyMemory<sbyte> labels, int featureCount)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(featureCount);
        if (features.Length != (long)labels.Length * featureCount)
        {
            throw new TrainingDataException(
                $"{features.Length} feature values do not make {labels.Length} events of {featureCount} features");
        }

        Features = features;
        Labels = labels;
        FeatureCount = featureCount;
    }

    /// <summary>Scaled features, [events, features].</summary>
    public ReadOnlyMemory<float> Features { get; }

    /// <summary>The class of each event.</summary>
    public ReadOnlyMemory<sbyte> Labels { get; }

    /// <summary>How many features an event has.</summary>
    public int FeatureCount { get; }

    /// <summary>How many events there are.</summary>
    public int Count => Labels.Length;

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

    /// <summary>Makes sure that every feature is a finite number.</summary>
    /// <exception cref="TrainingDataException">One is not; the message names the first.</exception>
    public void CheckFinite()
    {
        var features = Features.Span;
        for (var first = 0; first < features.Length; first += 1 << 16)
        {
            var chunk = features.Slice(first, Math.Min(1 << 16, features.Length - first));
            if (float.IsFinite(TensorPrimitives.SumOfMagnitudes(chunk)))
                continue;
            for (var i = 0; i < chunk.Length; i++)
            {
                if (!float.IsFinite(chunk[i]))
                {
                    var at = first + i;
                    throw new TrainingDataException(
                        $"Feature {at % FeatureCount} of event {at / FeatureCount} is {chunk[i]}; every feature must be a finite number");
                }
            }
        }
    }
}
