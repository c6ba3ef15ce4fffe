using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using DaprHep.Learning.Models.Dense;

namespace DaprHep.Learning.Models.Recurrent;

/// <summary>
/// Weights times the state of one tile: Y += A·X, where X and Y have the sixteen columns of a tile. Six rows by two vectors of the result
/// stay in registers; the state stays in the first-level cache from step to step.
/// </summary>
internal static class TileProduct
{
    /// <summary>Adds the product to Y.</summary>
    /// <param name="a">A, whose element (row, k) is at row·<paramref name="rowStep"/> + k·<paramref name="innerStep"/>: either a matrix
    /// or its transpose.</param>
    /// <param name="rowStep">See <paramref name="a"/>.</param>
    /// <param name="innerStep">See <paramref name="a"/>.</param>
    /// <param name="x">X, [inner, <paramref name="stride"/>], of which the first sixteen columns are read.</param>
    /// <param name="stride">From row to row in X.</param>
    /// <param name="y">Y, [rows, 16].</param>
    /// <param name="rows">Rows of Y.</param>
    /// <param name="inner">Rows of X.</param>
    // Optimised at once, because the first epoch would otherwise run in the slow code that the compiler starts with, and by itself: inlined
    // elsewhere, its sums would have to share the registers.
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    internal static void Add(
        ReadOnlySpan<float> a, int rowStep, int innerStep, ReadOnlySpan<float> x, int stride, Span<float> y, int rows, int inner)
    {
        // The loops below do without bounds checks.
        if (a.Length <= (rows - 1) * rowStep + (inner - 1) * innerStep || x.Length < (inner - 1) * stride + ColumnBlock.Width
            || y.Length < rows * ColumnBlock.Width)
        {
            throw new ArgumentException("the matrices are smaller than their dimensions");
        }

        ref var a0 = ref MemoryMarshal.GetReference(a);
        ref readonly var x0 = ref MemoryMarshal.GetReference(x);
        ref var y0 = ref MemoryMarshal.GetReference(y);
        var row = 0;
        for (; row + 6 <= rows; row += 6)
            SixRows(ref Unsafe.Add(ref a0, row * rowStep), rowStep, innerStep, in x0, stride, ref y0, row * ColumnBlock.Width, inner);
        for (; row < rows; row++)
            OneRow(ref Unsafe.Add(ref a0, row * rowStep), innerStep, in x0, stride, ref y0, row * ColumnBlock.Width, inner);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void SixRows(
        ref float w, int rowStep, int innerStep, ref readonly float x0, int stride, ref float y0, int at, int inner)
    {
        const int Half = ColumnBlock.Lanes, Row = ColumnBlock.Width;
        var s00 = ColumnBlock.Load(in y0, at);
        var s01 = ColumnBlock.Load(in y0, at + Half);
        var s10 = ColumnBlock.Load(in y0, at + Row);
        var s11 = ColumnBlock.Load(in y0, at + Row + Half);
        var s20 = ColumnBlock.Load(in y0, at + 2 * Row);
        var s21 = ColumnBlock.Load(in y0, at + 2 * Row + Half);
        var s30 = ColumnBlock.Load(in y0, at + 3 * Row);
        var s31 = ColumnBlock.Load(in y0, at + 3 * Row + Half);
        var s40 = ColumnBlock.Load(in y0, at + 4 * Row);
        var s41 = ColumnBlock.Load(in y0, at + 4 * Row + Half);
        var s50 = ColumnBlock.Load(in y0, at + 5 * Row);
        var s51 = ColumnBlock.Load(in y0, at + 5 * Row + Half);
        var from = 0;
        for (var k = 0; k < inner; k++)
        {
            var left = ColumnBlock.Load(in x0, from);
            var right = ColumnBlock.Load(in x0, from + Half);
            var w0 = Vector256.Create(w);
            s00 = Vector256.FusedMultiplyAdd(w0, left, s00);
            s01 = Vector256.FusedMultiplyAdd(w0, right, s01);
            var w1 = Vector256.Create(Unsafe.Add(ref w, rowStep));
            s10 = Vector256.FusedMultiplyAdd(w1, left, s10);
            s11 = Vector256.FusedMultiplyAdd(w1, right, s11);
            var w2 = Vector256.Create(Unsafe.Add(ref w, 2 * rowStep));
            s20 = Vector256.FusedMultiplyAdd(w2, left, s20);
            s21 = Vector256.FusedMultiplyAdd(w2, right, s21);
            var w3 = Vector256.Create(Unsafe.Add(ref w, 3 * rowStep));
            s30 = Vector256.FusedMultiplyAdd(w3, left, s30);
            s31 = Vector256.FusedMultiplyAdd(w3, right, s31);
            var w4 = Vector256.Create(Unsafe.Add(ref w, 4 * rowStep));
            s40 = Vector256.FusedMultiplyAdd(w4, left, s40);
            s41 = Vector256.FusedMultiplyAdd(w4, right, s41);
            var w5 = Vector256.Create(Unsafe.Add(ref w, 5 * rowStep));
            s50 = Vector256.FusedMultiplyAdd(w5, left, s50);
            s51 = Vector256.FusedMultiplyAdd(w5, right, s51);
            w = ref Unsafe.Add(ref w, innerStep);
            from += stride;
        }

        ColumnBlock.Store(s00, ref y0, at);
        ColumnBlock.Store(s01, ref y0, at + Half);
        ColumnBlock.Store(s10, ref y0, at + Row);
        ColumnBlock.Store(s11, ref y0, at + Row + Half);
        ColumnBlock.Store(s20, ref y0, at + 2 * Row);
        ColumnBlock.Store(s21, ref y0, at + 2 * Row + Half);
        ColumnBlock.Store(s30, ref y0, at + 3 * Row);
        ColumnBlock.Store(s31, ref y0, at + 3 * Row + Half);
        ColumnBlock.Store(s40, ref y0, at + 4 * Row);
        ColumnBlock.Store(s41, ref y0, at + 4 * Row + Half);
        ColumnBlock.Store(s50, ref y0, at + 5 * Row);
        ColumnBlock.Store(s51, ref y0, at + 5 * Row + Half);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void OneRow(ref float w, int innerStep, ref readonly float x0, int stride, ref float y0, int at, int inner)
    {
        var left = ColumnBlock.Load(in y0, at);
        var right = ColumnBlock.Load(in y0, at + ColumnBlock.Lanes);
        for (var k = 0; k < inner; k++)
        {
            var weight = Vector256.Create(Unsafe.Add(ref w, k * innerStep));
            left = Vector256.FusedMultiplyAdd(weight, ColumnBlock.Load(in x0, k * stride), left);
            right = Vector256.FusedMultiplyAdd(weight, ColumnBlock.Load(in x0, k * stride + ColumnBlock.Lanes), right);
        }

        ColumnBlock.Store(left, ref y0, at);
        ColumnBlock.Store(right, ref y0, at + ColumnBlock.Lanes);
    }
}
