using DaprHep.Learning.Training;

namespace DaprHep.Learning.Evaluation;

/// <summary>Judges predictions against the truth.</summary>
public static class Evaluator
{
    private const int Resamples = 200;
    private static readonly double[] TruePositiveRates = [0.99, 0.95, 0.90];

    /// <summary>Computes all metrics of a test set, with bootstrap errors, and the ROC curves.</summary>
    /// <param name="probabilities">[events, classes], as <see cref="Models.Classifier.Probabilities(EventInputs)"/> gives them.</param>
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
        var values = new double[1 + classes * (1 + TruePositiveRates.Length)];
        values[0] = (double)isRight.Count(right => right) / isRight.Length;
        for (var c = 0; c < classes; c++)
            OfClass(ranked[c], [], values, c);

        var errors = BootstrapErrors(ranked, isRight, seed, values.Length);

        var calibration = new CalibrationCurve[classes];
        var scores = new ScoreDistribution[classes];
        for (var c = 0; c < classes; c++)
        {
            calibration[c] = CalibrationCurve.Of(probabilities, labels, classes, c, classNames[c]);
            scores[c] = ScoreDistribution.Of(probabilities, labels, classes, c, classNames[c]);
        }

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
            CalibrationError = calibration.ToDictionary(curve => curve.Class, curve => (double?)curve.Error),
            Confusion = confusion,
        };
        return new EvaluationResult(metrics, ranked.Select((r, c) => r.Curve(classNames[c])).ToArray(), calibration, scores);

        Dictionary<string, double?> ByClass(double[] quantities, int quantity)
        {
            var byClass = new Dictionary<string, double?>();
            for (var c = 0; c < classes; c++)
                byClass.Add(classNames[c], Finite(quantities[1 + c * (1 + TruePositiveRates.Length) + quantity]));
            return byClass;
        }
    }

    // Places AUC and false-positive rates of a class after the accuracy. NaN where undefined.
    private static void OfClass(RankedScores ranked, ReadOnlySpan<byte> weights, double[] quantities, int positiveClass)
    {
        var count = 1 + TruePositiveRates.Length;
        var own = quantities.AsSpan(1 + positiveClass * count, count);
        own[0] = ranked.AreaAndFalsePositiveRates(weights, TruePositiveRates, own[1..]);
    }

    // Efron's bootstrap: the spread of a quantity over sets drawn from the events, with replacement, is its error.
    private static double[] BootstrapErrors(RankedScores[] ranked, bool[] isRight, ulong seed, int quantities)
    {
        var weights = new byte[isRight.Length];
        var samples = new double[Resamples][];
        for (var sample = 0; sample < Resamples; sample++)
        {
            samples[sample] = new double[quantities];
            PoissonWeights.Fill(weights, new SeededRandom(seed, SeededRandom.Stream.Bootstrap, sample * (ranked.Length + 1)));
            samples[sample][0] = WeightedAccuracy(isRight, weights);
            for (var c = 0; c < ranked.Length; c++)
            {
                PoissonWeights.Fill(weights, new SeededRandom(seed, SeededRandom.Stream.Bootstrap, sample * (ranked.Length + 1) + c + 1));
                OfClass(ranked[c], weights, samples[sample], c);
            }
        }

        var errors = new double[quantities];
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

    private static double WeightedAccuracy(bool[] isRight, byte[] weights)
    {
        long right = 0, all = 0;
        for (var i = 0; i < isRight.Length; i++)
        {
            all += weights[i];
            right += isRight[i] ? weights[i] : 0;
        }

        return (double)right / all;
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
        {
            throw new ArgumentException(
                $"{probabilities.Length} probabilities do not make {labels.Length} events of {classes} classes", nameof(probabilities));
        }
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
