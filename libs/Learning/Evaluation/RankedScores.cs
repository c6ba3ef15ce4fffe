namespace DaprHep.Learning.Evaluation;

/// <summary>
/// The events in order of falling score for one class, cut into groups of equal score. Sorted once; every ROC quantity is then one pass,
/// whatever the weights of the events.
/// </summary>
internal sealed class RankedScores
{
    private readonly int[] _events;
    private readonly bool[] _isPositive;
    private readonly float[] _scores;

    /// <summary>Sorts, in O(n log n).</summary>
    internal RankedScores(ReadOnlySpan<float> probabilities, ReadOnlySpan<sbyte> labels, int classes, int positiveClass)
    {
        _events = new int[labels.Length];
        _scores = new float[labels.Length];
        for (var i = 0; i < labels.Length; i++)
        {
            _events[i] = i;
            _scores[i] = -probabilities[i * classes + positiveClass];
        }

        Array.Sort(_scores, _events);
        _isPositive = new bool[labels.Length];
        for (var i = 0; i < _scores.Length; i++)
        {
            _scores[i] = -_scores[i];
            _isPositive[i] = labels[_events[i]] == positiveClass;
        }
    }

    /// <summary>
    /// The area under the ROC curve: the chance that an event of the class scores higher than one of the others, ties counting half; and for each wanted
    /// true-positive rate the false-positive rate at the highest threshold that reaches it.
    /// </summary>
    /// <param name="multiplicity">How often each event counts, by event; empty: once.</param>
    /// <param name="wantedTpr">True-positive rates, falling.</param>
    /// <param name="fpr">Receives a false-positive rate for each.</param>
    /// <returns>NaN, as all of <paramref name="fpr"/>, where the class or its complement has no events.</returns>
    internal double AreaAndFalsePositiveRates(ReadOnlySpan<int> multiplicity, ReadOnlySpan<double> wantedTpr, Span<double> fpr)
    {
        long positives = 0, negatives = 0;
        for (var i = 0; i < _events.Length; i++)
        {
            var count = multiplicity.IsEmpty ? 1 : multiplicity[_events[i]];
            if (_isPositive[i])
                positives += count;
            else
                negatives += count;
        }

        fpr.Fill(double.NaN);
        if (positives == 0 || negatives == 0)
            return double.NaN;

        // Twice the number of correctly ordered pairs keeps ties in whole numbers.
        long twicePairs = 0, truePositives = 0, falsePositives = 0, groupPositives = 0, groupNegatives = 0;
        var next = wantedTpr.Length - 1;
        for (var i = 0; i < _events.Length; i++)
        {
            var count = multiplicity.IsEmpty ? 1 : multiplicity[_events[i]];
            if (_isPositive[i])
                groupPositives += count;
            else
                groupNegatives += count;
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
        long positives = _isPositive.LongCount(p => p), negatives = _isPositive.Length - positives;
        var falseRates = new List<double> { 0 };
        var trueRates = new List<double> { 0 };
        var thresholds = new List<double?> { null };
        if (positives == 0 || negatives == 0)
            return new RocCurve(className, [], [], []);

        long truePositives = 0, falsePositives = 0;
        for (var i = 0; i < _events.Length; i++)
        {
            if (_isPositive[i])
                truePositives++;
            else
                falsePositives++;
            if (!EndsGroup(i))
                continue;
            double falseRate = (double)falsePositives / negatives, trueRate = (double)truePositives / positives;
            if (i == _events.Length - 1 || RocCurve.IsVisiblyApart(falseRates[^1], trueRates[^1], falseRate, trueRate))
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
