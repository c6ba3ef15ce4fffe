using System.Numerics.Tensors;

namespace DaprHep.Learning.Evaluation;

/// <summary>How many events get their own class.</summary>
public static class Accuracy
{
    /// <summary>The part of rows whose largest score is that of the true class; of equal scores the first counts as largest.</summary>
    /// <param name="scores">Logits or probabilities, [rows, classes].</param>
    /// <param name="labels">The true class of each row.</param>
    /// <param name="classes">The length of a row.</param>
    public static double Of(ReadOnlySpan<float> scores, ReadOnlySpan<sbyte> labels, int classes)
    {
        var right = 0;
        for (var i = 0; i < labels.Length; i++)
        {
            if (Predicted(scores.Slice(i * classes, classes)) == labels[i])
                right++;
        }

        return (double)right / labels.Length;
    }

    /// <summary>The class of a row of scores.</summary>
    internal static int Predicted(ReadOnlySpan<float> row) => TensorPrimitives.IndexOfMax(row);
}
