using DaprHep.Learning.Training;

namespace DaprHep.Learning.Evaluation;

/// <summary>Judges predictions against the truth.</summary>
public static class Evaluator
{
    private const int Resamples = 200;
    private static readonly double[] s_truePositiveRates = [0.99, 0.95, 0.90];

    /// <summary>Computes all metrics of a test set, with bootstrap errors, and the ROC curves.</summary>
    /// <param name="probabilities">[events, classes], as <see cref="Models.Classifier.Probabilities"/> gives them.</param>
    /// <param name="labels">The true class of each event.</param>
    /// <param name="classNames">The names of the classes, by label.</param>
    /// <param name="seed">Decides the bootstrap's resamples.</param>
    /// <exception cref="ArgumentException">The lengths do not fit, or a label or a probability is out of range.</exception>
    public static EvaluationResult Evaluate(
        ReadOnlySpan<float> probabilities, ReadOnlySpan<sbyte> labels, IReadOnlyList<string> classNames, ulong seed = 1)
    {
        var classes = classNames.Count;
        Check(probabilities, labels, classes);
        var ranked = new RankedScores[classes];
        for (var c = 0; c < classes; c++)
            ranked[c] = new RankedScores(probabilities, labels, classes, c);

        var (confusion, isRight) = Confusion(probabilities, labels, classes);
        var values = Quantities(ranked, isRight, []);
        var errors = BootstrapErrors(ranked, isRight, seed);

        var metrics = new ClassificationMetrics
        {
            TestEvents = labels.Length,
            Loss = Finite(Loss(probabilities, labels, classes)),
            Accuracy = Finite(values[0]),
            AccuracyError = Finite(errors[0]),
            Auc = ByClass(values, 0),
            AucError = ByClass(errors, 0),
            FprAtTpr99 = ByClass(values, 1),
            FprAtTpr99Error = ByClass(errors, 1),
            FprAtTpr95 = ByClass(values, 2),
            FprAtTpr95Error = ByClass(errors, 2),
            FprAtTpr90 = ByClass(values, 3),
            FprAtTpr90Error = ByClass(errors, 3),
            Confusion = confusion,
        };
        return new EvaluationResult(metrics, ranked.Select((r, c) => r.Curve(classNames[c])).ToArray());

        Dictionary<string, double?> ByClass(double[] quantities, int quantity)
        {
            var byClass = new Dictionary<string, double?>();
            for (var c = 0; c < classes; c++)
                byClass.Add(classNames[c], Finite(quantities[1 + c * (1 + s_truePositiveRates.Length) + quantity]));
            return byClass;
        }
    }

    // Accuracy, then for each class: AUC and the false-positive rates. NaN where undefined.
    private static double[] Quantities(RankedScores[] ranked, bool[] isRight, ReadOnlySpan<int> multiplicity)
    {
        var perClass = 1 + s_truePositiveRates.Length;
        var quantities = new double[1 + ranked.Length * perClass];
        long right = 0;
        for (var i = 0; i < isRight.Length; i++)
        {
            if (isRight[i])
                right += multiplicity.IsEmpty ? 1 : multiplicity[i];
        }

        quantities[0] = (double)right / isRight.Length;
        for (var c = 0; c < ranked.Length; c++)
        {
            var own = quantities.AsSpan(1 + c * perClass, perClass);
            own[0] = ranked[c].AreaAndFalsePositiveRates(multiplicity, s_truePositiveRates, own[1..]);
        }

        return quantities;
    }

    // Efron's bootstrap: as many events as there are, drawn with replacement; the spread of a quantity over such sets is its error.
    private static double[] BootstrapErrors(RankedScores[] ranked, bool[] isRight, ulong seed)
    {
        var events = isRight.Length;
        var multiplicity = new int[events];
        var samples = new double[Resamples][];
        for (var sample = 0; sample < Resamples; sample++)
        {
            var random = new SeededRandom(seed, SeededRandom.Stream.Bootstrap, sample);
            Array.Clear(multiplicity);
            for (var i = 0; i < events; i++)
                multiplicity[random.NextBelow(events)]++;
            samples[sample] = Quantities(ranked, isRight, multiplicity);
        }

        var errors = new double[samples[0].Length];
        for (var q = 0; q < errors.Length; q++)
        {
            var defined = samples.Select(sample => sample[q]).Where(double.IsFinite).ToArray();
            if (defined.Length < 2)
            {
                errors[q] = double.NaN;
                continue;
            }

            var mean = defined.Average();
            errors[q] = Math.Sqrt(defined.Sum(value => (value - mean) * (value - mean)) / (defined.Length - 1));
        }

        return errors;
    }

    private static (int[][] Confusion, bool[] IsRight) Confusion(ReadOnlySpan<float> probabilities, ReadOnlySpan<sbyte> labels, int classes)
    {
        var confusion = new int[classes][];
        for (var c = 0; c < classes; c++)
            confusion[c] = new int[classes];
        var isRight = new bool[labels.Length];
        for (var i = 0; i < labels.Length; i++)
        {
            var predicted = Accuracy.Predicted(probabilities.Slice(i * classes, classes));
            confusion[labels[i]][predicted]++;
            isRight[i] = predicted == labels[i];
        }

        return (confusion, isRight);
    }

    private static double Loss(ReadOnlySpan<float> probabilities, ReadOnlySpan<sbyte> labels, int classes)
    {
        var total = 0.0;
        for (var i = 0; i < labels.Length; i++)
            total -= Math.Log(probabilities[i * classes + labels[i]]);
        return total / labels.Length;
    }

    private static double? Finite(double value) => double.IsFinite(value) ? value : null;

    private static void Check(ReadOnlySpan<float> probabilities, ReadOnlySpan<sbyte> labels, int classes)
    {
        if (probabilities.Length != (long)labels.Length * classes)
            throw new ArgumentException($"{probabilities.Length} probabilities do not make {labels.Length} events of {classes} classes", nameof(probabilities));
        if (labels.IsEmpty)
            throw new ArgumentException("There are no events to evaluate on", nameof(labels));
        foreach (var label in labels)
        {
            if ((uint)label >= (uint)classes)
                throw new ArgumentException($"Label {label} is outside 0 to {classes - 1}", nameof(labels));
        }

        foreach (var probability in probabilities)
        {
            if (!(probability >= 0 && probability <= 1.0001f))
                throw new ArgumentException($"{probability} is not a probability", nameof(probabilities));
        }
    }
}
