namespace DaprHep.Learning.Evaluation;

/// <summary>The score of one class over the test events.</summary>
/// <param name="Class">The class whose score it is.</param>
/// <param name="Counts">By true class, in the order of the labels: events in each of 50 equal bins from 0 to 1.</param>
public sealed record ScoreDistribution(string Class, IReadOnlyList<long[]> Counts)
{
    private const int Bins = 50;

    internal static ScoreDistribution Of(
        ReadOnlySpan<float> probabilities, ReadOnlySpan<sbyte> labels, int classes, int scoredClass, string name)
    {
        var counts = new long[classes][];
        for (var c = 0; c < classes; c++)
            counts[c] = new long[Bins];
        for (var i = 0; i < labels.Length; i++)
            counts[labels[i]][Math.Min(Bins - 1, (int)(probabilities[i * classes + scoredClass] * Bins))]++;
        return new ScoreDistribution(name, counts);
    }
}
