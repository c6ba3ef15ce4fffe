namespace DaprHep.Learning.Evaluation;

/// <summary>How well scores order events, as one number.</summary>
public static class MeanAuc
{
    /// <summary>The mean over the classes of the area under the ROC curve, each class against the others.</summary>
    /// <param name="probabilities">[rows, classes].</param>
    /// <param name="labels">The true class of each row.</param>
    /// <param name="classes">The length of a row.</param>
    /// <returns>Null where a class has no rows.</returns>
    public static double? Of(ReadOnlySpan<float> probabilities, ReadOnlySpan<sbyte> labels, int classes)
    {
        var sum = 0.0;
        for (var c = 0; c < classes; c++)
            sum += new RankedScores(probabilities, labels, classes, c).AreaAndFalsePositiveRates([], [], []);
        return double.IsNaN(sum) ? null : sum / classes;
    }
}
