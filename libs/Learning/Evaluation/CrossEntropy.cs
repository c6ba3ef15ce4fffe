namespace DaprHep.Learning.Evaluation;

/// <summary>Softmax cross-entropy, the loss of all models.</summary>
public static class CrossEntropy
{
    /// <summary>The mean over rows of −log softmax(scores)[label].</summary>
    /// <param name="logits">Scores before the softmax, [rows, classes].</param>
    /// <param name="labels">The true class of each row.</param>
    /// <param name="classes">The length of a row.</param>
    public static double Mean(ReadOnlySpan<float> logits, ReadOnlySpan<sbyte> labels, int classes)
    {
        var total = 0.0;
        for (var i = 0; i < labels.Length; i++)
        {
            var row = logits.Slice(i * classes, classes);
            var largest = float.NegativeInfinity;
            foreach (var score in row)
                largest = MathF.Max(largest, score);
            var sum = 0.0;
            foreach (var score in row)
                sum += Math.Exp(score - largest);
            total += Math.Log(sum) + largest - row[labels[i]];
        }

        return total / labels.Length;
    }
}
