namespace DaprHep.Learning.Evaluation;

/// <summary>From scores to probabilities.</summary>
public static class Softmax
{
    /// <summary>Replaces each row of scores by its softmax.</summary>
    /// <param name="rows">Scores, [rows, classes]; probabilities afterwards.</param>
    /// <param name="classes">The length of a row.</param>
    public static void InPlace(Span<float> rows, int classes)
    {
        for (var first = 0; first < rows.Length; first += classes)
        {
            var row = rows.Slice(first, classes);
            var largest = float.NegativeInfinity;
            foreach (var score in row)
                largest = MathF.Max(largest, score);
            var sum = 0f;
            foreach (ref var score in row)
            {
                score = MathF.Exp(score - largest);
                sum += score;
            }

            foreach (ref var score in row)
                score /= sum;
        }
    }
}
