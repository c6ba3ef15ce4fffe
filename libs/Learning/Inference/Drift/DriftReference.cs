using DaprHep.Learning.Artifacts;
using DaprHep.Learning.Models;
using DaprHep.Learning.Training;

namespace DaprHep.Learning.Inference.Drift;

/// <summary>
/// What a model's inputs and scores looked like when it was made, to compare with what it is asked later. Inputs are those of training
/// events, scores those of test events, which the model has not seen; both with as many events of each class.
/// </summary>
/// <param name="Features">The scaled features, where the model reads them, in their order; then <see cref="ParticleCount"/>, where it reads
/// particles.</param>
/// <param name="Scores">The probability of each class.</param>
public sealed record DriftReference(IReadOnlyList<ReferenceHistogram> Features, IReadOnlyList<ReferenceHistogram> Scores)
{
    /// <summary>The quantity that tells how many particles an event has.</summary>
    public const string ParticleCount = "NParticles";

    // Events are in shuffled order, so the first of them stand for all.
    private const int MostEvents = 100_000;

    /// <summary>Measures a trained model.</summary>
    /// <param name="model">The model.</param>
    /// <param name="data">What it was trained and judged with.</param>
    /// <param name="features">Names of the features.</param>
    /// <param name="classes">Names of the classes.</param>
    /// <returns>Null where there are no training or no test events.</returns>
    public static DriftReference? Measure(
        Classifier model, TrainingData data, IReadOnlyList<string> features, IReadOnlyList<string> classes)
    {
        var train = data.Train.First(Math.Min(MostEvents, data.Train.Count));
        var test = data.Test.First(Math.Min(MostEvents, data.Test.Count));
        if (train.Count == 0 || test.Count == 0)
            return null;
        List<ReferenceHistogram> inputs = [];
        if (model.ReadsFeatures)
            inputs.AddRange(features.Select((name, k) => ReferenceHistogram.Of(name, Column(train.Features.Span, k, features.Count))));
        if (train.Particles is { } particles && model.ReadsParticles)
        {
            var counts = new float[train.Count];
            for (var i = 0; i < counts.Length; i++)
                counts[i] = particles.ParticlesOf(i);
            inputs.Add(ReferenceHistogram.Of(ParticleCount, counts));
        }

        var probabilities = model.Probabilities(test);
        return new DriftReference(
            inputs, [.. classes.Select((name, c) => ReferenceHistogram.Of(name, Column(probabilities, c, classes.Count)))]);
    }

    /// <summary>Makes sure that what a file brings is a reference of its model.</summary>
    /// <param name="description">The model.</param>
    /// <param name="readsFeatures">Whether it reads features.</param>
    /// <param name="readsParticles">Whether it reads particles.</param>
    /// <exception cref="ModelFormatException">It is not.</exception>
    internal void Check(ModelDescription description, bool readsFeatures, bool readsParticles)
    {
        List<string> inputs = [.. readsFeatures ? description.Features.Select(feature => feature.Name) : []];
        if (readsParticles)
            inputs.Add(ParticleCount);
        if (!Features.Select(histogram => histogram.Name).SequenceEqual(inputs)
            || !Scores.Select(histogram => histogram.Name).SequenceEqual(description.Classes))
        {
            var found = string.Join(", ", Features.Concat(Scores).Select(histogram => histogram.Name));
            throw new ModelFormatException(
                $"{SavedModel.DescriptionName}: the reference histograms are those of {found}; "
                + $"expected {string.Join(", ", inputs.Concat(description.Classes))}");
        }

        foreach (var histogram in Features.Concat(Scores))
            histogram.Check();
    }

    private static float[] Column(ReadOnlySpan<float> rows, int column, int width)
    {
        var values = new float[rows.Length / width];
        for (var i = 0; i < values.Length; i++)
            values[i] = rows[i * width + column];
        return values;
    }
}
