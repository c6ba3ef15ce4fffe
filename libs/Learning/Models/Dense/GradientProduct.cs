using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace DaprHep.Learning.Models.Dense;

/// <summary>The gradient of a dense layer's weights, summed over a batch: G = D·Xᵀ, and of its biases, the row sums of D.</summary>
internal static class GradientProduct
{
    /// <summary>Computes both gradients.</summary>
    /// <param name="d">Gradients of the layer's outputs, [outputs, stride].</param>
    /// <param name="x">The layer's inputs, [inputs, stride].</param>
    /// <param name="weights">Receives G, [outputs, inputs].</param>
    /// <param name="biases">Receives the row sums, [outputs].</param>
    /// <param name="columns">Columns to sum over; whole blocks.</param>
    /// <param name="stride">From row to row in D and X.</param>
    // Optimised at once, because the first epoch would otherwise run in the slow code that the compiler starts with, and by itself: inlined
    // elsewhere, its sums would have to share the registers.
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    internal static void Compute(
        ReadOnlySpan<float> d, ReadOnlySpan<float> x, Span<float> weights, Span<float> biases, int columns, int stride)
    {
        int outputs = biases.Length, inputs = weights.Length / biases.Length;
        // The loops below do without bounds checks.
        if (d.Length < outputs * stride || x.Length < inputs * stride || columns > stride)
            throw new ArgumentException("the matrices are smaller than their dimensions");
        ref readonly var d0 = ref MemoryMarshal.GetReference(d);
        ref readonly var x0 = ref MemoryMarshal.GetReference(x);
        var output = 0;
        for (; output + 4 <= outputs; output += 4)
        {
            var input = 0;
            for (; input + 2 <= inputs; input += 2)
                FourByTwo(in d0, in x0, weights, output, input, inputs, columns, stride);
            for (; input < inputs; input++)
            {
                for (var i = 0; i < 4; i++)
                    weights[(output + i) * inputs + input] = One(in d0, in x0, output + i, input, columns, stride);
            }
        }

        for (; output < outputs; output++)
        {
            for (var input = 0; input < inputs; input++)
                weights[output * inputs + input] = One(in d0, in x0, output, input, columns, stride);
        }

        for (output = 0; output < outputs; output++)
            biases[output] = RowSum(in d0, output, columns, stride);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void FourByTwo(
        ref readonly float d0, ref readonly float x0, Span<float> weights, int output, int input, int inputs, int columns, int stride)
    {
        Vector256<float> s00 = default, s01 = default, s10 = default, s11 = default;
        Vector256<float> s20 = default, s21 = default, s30 = default, s31 = default;
        var atD = output * stride;
        var atX = input * stride;
        for (var column = 0; column < columns; column += ColumnBlock.Lanes)
        {
            var left = ColumnBlock.Load(in x0, atX + column);
            var right = ColumnBlock.Load(in x0, atX + stride + column);
            var d = ColumnBlock.Load(in d0, atD + column);
            s00 = Vector256.FusedMultiplyAdd(d, left, s00);
            s01 = Vector256.FusedMultiplyAdd(d, right, s01);
            d = ColumnBlock.Load(in d0, atD + stride + column);
            s10 = Vector256.FusedMultiplyAdd(d, left, s10);
            s11 = Vector256.FusedMultiplyAdd(d, right, s11);
            d = ColumnBlock.Load(in d0, atD + 2 * stride + column);
            s20 = Vector256.FusedMultiplyAdd(d, left, s20);
            s21 = Vector256.FusedMultiplyAdd(d, right, s21);
            d = ColumnBlock.Load(in d0, atD + 3 * stride + column);
            s30 = Vector256.FusedMultiplyAdd(d, left, s30);
            s31 = Vector256.FusedMultiplyAdd(d, right, s31);
        }

        var at = output * inputs + input;
        weights[at] = Vector256.Sum(s00);
        weights[at + 1] = Vector256.Sum(s01);
        at += inputs;
        weights[at] = Vector256.Sum(s10);
        weights[at + 1] = Vector256.Sum(s11);
        at += inputs;
        weights[at] = Vector256.Sum(s20);
        weights[at + 1] = Vector256.Sum(s21);
        at += inputs;
        weights[at] = Vector256.Sum(s30);
        weights[at + 1] = Vector256.Sum(s31);
    }

    private static float One(ref readonly float d0, ref readonly float x0, int output, int input, int columns, int stride)
    {
        Vector256<float> left = default, right = default;
        for (var column = 0; column < columns; column += ColumnBlock.Width)
        {
            int atD = output * stride + column, atX = input * stride + column;
            left = Vector256.FusedMultiplyAdd(ColumnBlock.Load(in d0, atD), ColumnBlock.Load(in x0, atX), left);
            right = Vector256.FusedMultiplyAdd(
                ColumnBlock.Load(in d0, atD + ColumnBlock.Lanes), ColumnBlock.Load(in x0, atX + ColumnBlock.Lanes), right);
        }

        return Vector256.Sum(left + right);
    }

    private static float RowSum(ref readonly float d0, int output, int columns, int stride)
    {
        Vector256<float> left = default, right = default;
        for (var column = 0; column < columns; column += ColumnBlock.Width)
        {
            left += ColumnBlock.Load(in d0, output * stride + column);
            right += ColumnBlock.Load(in d0, output * stride + column + ColumnBlock.Lanes);
        }

        return Vector256.Sum(left + right);
    }
}
