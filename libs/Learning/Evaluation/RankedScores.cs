namespace DaprHep.Learning.Evaluation;

/// <summary>
/// The events in order of falling score for one class, cut into groups of equal score. Sorted once; every ROC quantity is then one pass,
/// whatever the weights of the events.
/// </summary>
internal sealed class RankedScores
{
    private readonly byte[] _isPositive;
    private readonly float[] _scores;

    /// <summary>Sorts, in O(n log n).</summary>
    internal RankedScores(ReadOnlySpan<float> probabilities, ReadOnlySpan<sbyte> labels, int classes, int positiveClass)
    {
        var events = new int[labels.Length];
        _scores = new float[labels.Length];
        for (var i = 0; i < labels.Length; i++)
        {
            events[i] = i;
            _scores[i] = -probabilities[i * classes + positiveClass];
        }

        Array.Sort(_scores, events);
        _isPositive = new byte[labels.Length];
        for (var i = 0; i < _scores.Length; i++)
        {
            _scores[i] = -_scores[i];
            _isPositive[i] = labels[events[i]] == positiveClass ? (byte)1 : (byte)0;
        }
    }

    /// <summary>
    /// The area under the ROC curve: the chance that an event of the class scores higher than one of the others, ties counting half; and
    /// for each wanted true-positive rate the false-positive rate at the highest threshold that reaches it.
    /// </summary>
    /// <param name="weights">How often each event counts, by rank; empty: once.</param>
    /// <param name="wantedTpr">True-positive rates, falling.</param>
    /// <param name="fpr">Receives a false-positive rate for each.</param>
    /// <returns>NaN, as all of <paramref name="fpr"/>, where the class or its complement has no events.</returns>
    internal double AreaAndFalsePositiveRates(ReadOnlySpan<byte> weights, ReadOnlySpan<double> wantedTpr, Span<double> fpr)
    {
        long positives = 0, all = 0;
        for (var i = 0; i < _isPositive.Length; i++)
        {
            var weight = weights.IsEmpty ? 1 : weights[i];
            all += weight;
            positives += _isPositive[i] * weight;
        }

        var negatives = all - positives;
        fpr.Fill(double.NaN);
        if (positives == 0 || negatives == 0)
            return double.NaN;

        // Twice the number of correctly ordered pairs keeps ties in whole numbers.
        long twicePairs = 0, truePositives = 0, falsePositives = 0, groupPositives = 0, groupNegatives = 0;
        var next = wantedTpr.Length - 1;
        for (var i = 0; i < _isPositive.Length; i++)
        {
            // Whether an event is of the class is a coin toss: arithmetic costs less than a branch that is guessed wrong.
            var weight = weights.IsEmpty ? 1 : weights[i];
            var positive = _isPositive[i] * weight;
            groupPositives += positive;
            groupNegatives += weight - positive;
            if (!EndsGroup(i))
                continue;

            twicePairs += groupNegatives * (2 * truePositives + groupPositives);
            truePositives += groupPositives;
            falsePositives += groupNegatives;
            groupPositives = groupNegatives = 0;
            while (next >= 0 && truePositives >= wantedTpr[next] * positives)
                fpr[next--] = (double)falsePositives / negatives;
        }

        return twicePairs / (2.0 * positives * negatives);
    }

    /// <summary>The corners of the ROC curve, from (0, 0) to (1, 1), thinned to what a plot can show.</summary>
    internal RocCurve Curve(string className)
    {
        long positives = _isPositive.Sum(positive => (long)positive), negatives = _isPositive.Length - positives;
        var falseRates = new List<double> { 0 };
        var trueRates = new List<double> { 0 };
        var thresholds = new List<double?> { null };
        if (positives == 0 || negatives == 0)
            return new RocCurve(className, [], [], []);

        long truePositives = 0, falsePositives = 0;
        for (var i = 0; i < _isPositive.Length; i++)
        {
            truePositives += _isPositive[i];
            falsePositives += 1 - _isPositive[i];
            if (!EndsGroup(i))
                continue;
            double falseRate = (double)falsePositives / negatives, trueRate = (double)truePositives / positives;
            if (i == _isPositive.Length - 1 || RocCurve.IsVisiblyApart(falseRates[^1], trueRates[^1], falseRate, trueRate))
            {
                falseRates.Add(falseRate);
                trueRates.Add(trueRate);
                thresholds.Add(_scores[i]);
            }
        }

        return new RocCurve(className, falseRates, trueRates, thresholds);
    }

    private bool EndsGroup(int i) => i == _scores.Length - 1 || _scores[i] != _scores[i + 1];
}
