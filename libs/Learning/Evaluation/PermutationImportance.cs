using System.Numerics.Tensors;
using DaprHep.Learning.Models;
using DaprHep.Learning.Training;

namespace DaprHep.Learning.Evaluation;

/// <summary>
/// What each feature is worth to a trained model: how much worse it does when the feature's values are exchanged among the test events, so
/// that they keep their distribution and lose their meaning (Breiman, "Random Forests", 2001). Particles stay as they are.
/// </summary>
/// <param name="Events">Test events it was measured on: the first ones of the shuffled test set, at most 10,000.</param>
/// <param name="Permutations">How often each feature was exchanged.</param>
/// <param name="Features">One entry a feature, in the order of the features.</param>
public sealed record PermutationImportance(int Events, int Permutations, IReadOnlyList<FeatureImportance> Features)
{
    private const int MostEvents = 10_000;
    private const int Repetitions = 10;

    /// <summary>Measures a model; the same seed gives the same figures.</summary>
    /// <param name="model">The trained model.</param>
    /// <param name="events">Test events in random order.</param>
    /// <param name="featureNames">The names of the features, in their order.</param>
    /// <param name="seed">Decides the permutations; every feature gets the same ones.</param>
    /// <param name="cancellation">Looked at before every feature.</param>
    /// <exception cref="ArgumentException">The names are not as many as the features, or there are no events.</exception>
    public static PermutationImportance Of(
        Classifier model, LabelledEvents events, IReadOnlyList<string> featureNames, ulong seed, CancellationToken cancellation = default)
    {
        if (featureNames.Count != events.FeatureCount || events.Count == 0)
        {
            throw new ArgumentException(
                $"{events.Count} events of {events.FeatureCount} features cannot be judged by {featureNames.Count} feature names",
                nameof(featureNames));
        }

        var some = events.First(Math.Min(MostEvents, events.Count));
        var permutations = new int[Repetitions][];
        for (var k = 0; k < Repetitions; k++)
        {
            permutations[k] = [.. Enumerable.Range(0, some.Count)];
            new SeededRandom(seed, SeededRandom.Stream.Importance, k).Shuffle(permutations[k]);
        }

        var accuracies = new List<double>();
        var areas = new List<double>();
        model.LogitsOfVariants(some, Variants(some, permutations, cancellation), logits =>
        {
            accuracies.Add(Accuracy.Of(logits, some.Labels.Span, model.Classes));
            Softmax.InPlace(logits, model.Classes);
            areas.Add(MeanAuc.Of(logits, some.Labels.Span, model.Classes) ?? double.NaN);
        });

        var importance = new FeatureImportance[events.FeatureCount];
        for (var feature = 0; feature < importance.Length; feature++)
        {
            var (accuracy, accuracyError) = Drop(accuracies, feature);
            var (area, areaError) = Drop(areas, feature);
            importance[feature] = new FeatureImportance(featureNames[feature], accuracy, accuracyError, area, areaError);
        }

        return new PermutationImportance(some.Count, Repetitions, importance);
    }

    /// <summary>The features as they are; then, feature by feature and permutation by permutation, with that feature exchanged.</summary>
    private static IEnumerable<ReadOnlyMemory<float>> Variants(LabelledEvents events, int[][] permutations, CancellationToken cancellation)
    {
        yield return events.Features;
        var width = events.FeatureCount;
        var values = events.Features.ToArray();
        for (var feature = 0; feature < width; feature++)
        {
            cancellation.ThrowIfCancellationRequested();
            foreach (var order in permutations)
            {
                Exchange(values, events.Features.Span, feature, width, order);
                yield return values;
            }

            for (var i = feature; i < values.Length; i += width)
                values[i] = events.Features.Span[i];
        }
    }

    private static void Exchange(float[] values, ReadOnlySpan<float> from, int feature, int width, int[] order)
    {
        for (var i = 0; i < order.Length; i++)
            values[i * width + feature] = from[order[i] * width + feature];
    }

    // The first value is that of the features as they are.
    private static (double Mean, double Error) Drop(List<double> values, int feature)
    {
        Span<double> drops = stackalloc double[Repetitions];
        for (var k = 0; k < Repetitions; k++)
            drops[k] = values[0] - values[1 + feature * Repetitions + k];
        var mean = TensorPrimitives.Sum<double>(drops) / Repetitions;
        var squares = 0.0;
        foreach (var drop in drops)
            squares += (drop - mean) * (drop - mean);
        return (mean, Math.Sqrt(squares / (Repetitions - 1) / Repetitions));
    }
}

/// <summary>What one feature is worth. Errors are standard errors of the mean over permutations; those of the test set come on top.</summary>
/// <param name="Feature">The feature's name.</param>
/// <param name="AccuracyDrop">How much accuracy falls when it is exchanged; about 0 for a feature that is not used.</param>
/// <param name="AccuracyDropError">Its error.</param>
/// <param name="AucDrop">How much the AUC, averaged over classes, falls.</param>
/// <param name="AucDropError">Its error.</param>
public sealed record FeatureImportance(
    string Feature, double AccuracyDrop, double AccuracyDropError, double AucDrop, double AucDropError);
