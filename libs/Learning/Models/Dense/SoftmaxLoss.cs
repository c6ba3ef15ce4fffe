using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace DaprHep.Learning.Models.Dense;

/// <summary>Softmax cross-entropy of a batch and its gradient, one column an event.</summary>
internal static class SoftmaxLoss
{
    /// <summary>Computes the mean loss and, for each score, the derivative of that mean.</summary>
    /// <param name="scores">[classes, stride].</param>
    /// <param name="labels">The true class of each event.</param>
    /// <param name="classWeights">How much an event of each class counts; empty where all count the same.</param>
    /// <param name="gradients">Receives weight·(softmax − one-hot)/events, [classes, stride]; 0 in the columns that only fill up the last
    /// block.</param>
    /// <param name="classes">How many classes there are.</param>
    /// <param name="stride">From row to row.</param>
    // Optimised at once: the first epoch would otherwise run in the slow code that the compiler starts with.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal static float Compute(
        ReadOnlySpan<float> scores, ReadOnlySpan<long> labels, ReadOnlySpan<float> classWeights, Span<float> gradients, int classes,
        int stride)
    {
        ref readonly var s0 = ref MemoryMarshal.GetReference(scores[..(classes * stride)]);
        ref var g0 = ref MemoryMarshal.GetReference(gradients[..(classes * stride)]);
        var columns = ColumnBlock.Padded(labels.Length);
        var scale = Vector256.Create(1f / labels.Length);
        Span<float> logOfSums = stackalloc float[ColumnBlock.Lanes];
        var total = 0.0;
        for (var column = 0; column < columns; column += ColumnBlock.Lanes)
        {
            var largest = ColumnBlock.Load(in s0, column);
            for (var c = 1; c < classes; c++)
                largest = Vector256.Max(largest, ColumnBlock.Load(in s0, c * stride + column));
            var sum = Vector256<float>.Zero;
            for (var c = 0; c < classes; c++)
            {
                var power = Vector256.Exp(ColumnBlock.Load(in s0, c * stride + column) - largest);
                ColumnBlock.Store(power, ref g0, c * stride + column);
                sum += power;
            }

            for (var c = 0; c < classes; c++)
                ColumnBlock.Store(ColumnBlock.Load(in g0, c * stride + column) / sum * scale, ref g0, c * stride + column);

            (Vector256.Log(sum) + largest).CopyTo(logOfSums);
            for (var i = 0; i < ColumnBlock.Lanes && column + i < labels.Length; i++)
            {
                var at = (int)labels[column + i] * stride + column + i;
                var loss = logOfSums[i] - scores[at];
                gradients[at] -= scale[0];
                if (!classWeights.IsEmpty)
                {
                    var weight = classWeights[(int)labels[column + i]];
                    loss *= weight;
                    for (var c = 0; c < classes; c++)
                        gradients[c * stride + column + i] *= weight;
                }

                total += loss;
            }
        }

        for (var c = 0; c < classes; c++)
            gradients[(c * stride + labels.Length)..(c * stride + columns)].Clear();
        return (float)(total / labels.Length);
    }
}
