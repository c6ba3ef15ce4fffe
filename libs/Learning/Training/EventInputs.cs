using System.Globalization;
using System.Numerics.Tensors;

namespace DaprHep.Learning.Training;

/// <summary>What a model reads of events; the memory is used where it lies.</summary>
public class EventInputs
{
    /// <summary>Describes events in memory.</summary>
    /// <param name="features">Scaled features, [events, features] in row-major order, e.g. the values of an Arrow column.</param>
    /// <param name="featureCount">How many features an event has; 14 high-level features.</param>
    /// <param name="particles">The particles of the same events, for models that read them.</param>
    /// <exception cref="TrainingDataException">The values do not make whole events, or the particles are of other events.</exception>
    public EventInputs(ReadOnlyMemory<float> features, int featureCount, ParticleSequences? particles = null)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(featureCount);
        if (features.Length % featureCount != 0)
            throw new TrainingDataException($"{features.Length} feature values do not make whole events of {featureCount} features");
        Features = features;
        FeatureCount = featureCount;
        Particles = particles;
        if (particles is not null && particles.Count != Count)
            throw new TrainingDataException($"There are features of {Count} events and particles of {particles.Count}");
    }

    /// <summary>Scaled features, [events, features].</summary>
    public ReadOnlyMemory<float> Features { get; }

    /// <summary>How many features an event has.</summary>
    public int FeatureCount { get; }

    /// <summary>The particles, where they have been loaded.</summary>
    public ParticleSequences? Particles { get; }

    /// <summary>How many events there are.</summary>
    public int Count => Features.Length / FeatureCount;

    /// <summary>Makes sure that every value is a finite number.</summary>
    /// <exception cref="TrainingDataException">One is not; the message names the first.</exception>
    public void CheckFinite()
    {
        var at = FirstNotFinite(Features.Span);
        if (at >= 0)
        {
            throw new TrainingDataException(
                $"Feature {NameOf(at % FeatureCount)} of event {at / FeatureCount} is {Features.Span[at]}; "
                + "every feature must be a finite number");
        }

        if (Particles is null || (at = FirstNotFinite(Particles.Values.Span)) < 0)
            return;
        var (row, column) = Math.DivRem(at, ParticleSequences.Columns);
        throw new TrainingDataException(
            $"Column {column} of particle row {row} is {Particles.Values.Span[at]}; every value must be a finite number");
    }

    /// <summary>What a feature is called in errors.</summary>
    /// <param name="feature">Its place, from 0.</param>
    private protected virtual string NameOf(int feature) => feature.ToString(CultureInfo.InvariantCulture);

    private static int FirstNotFinite(ReadOnlySpan<float> values)
    {
        const int Chunk = 1 << 16;
        for (var first = 0; ; first += Chunk)
        {
            var chunk = values.Slice(first, Math.Min(Chunk, values.Length - first));
            if (!float.IsFinite(TensorPrimitives.SumOfMagnitudes(chunk)))
            {
                for (var i = 0; i < chunk.Length; i++)
                {
                    if (!float.IsFinite(chunk[i]))
                        return first + i;
                }
            }

            if (values.Length - first <= Chunk)
                return -1;
        }
    }
}
