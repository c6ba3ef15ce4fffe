using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace DaprHep.Learning.Models.Dense;

/// <summary>
/// Small weights times a batch: Y = f(A·X), where X and Y have one column an event. Four rows by two vectors of the result stay in
/// registers, enough independent sums to hide the latency of the multiply-adds.
/// </summary>
internal static class MatrixProduct
{
    /// <summary>What a row's sums start from and what becomes of them.</summary>
    internal interface IEdge
    {
        /// <summary>The value that row <paramref name="row"/> starts from.</summary>
        float Start(int row);

        /// <summary>Turns finished sums into results.</summary>
        /// <param name="sums">Sums of eight columns.</param>
        /// <param name="offset">Their place in Y.</param>
        Vector256<float> Finish(Vector256<float> sums, int offset);
    }

    /// <summary>Computes Y.</summary>
    /// <param name="a">A, whose element (row, k) is at row·<paramref name="rowStep"/> + k·<paramref name="innerStep"/>: either a matrix
    /// or its transpose.</param>
    /// <param name="rowStep">See <paramref name="a"/>.</param>
    /// <param name="innerStep">See <paramref name="a"/>.</param>
    /// <param name="x">X, [inner, stride].</param>
    /// <param name="y">Y, [rows, stride].</param>
    /// <param name="rows">Rows of Y.</param>
    /// <param name="inner">Rows of X.</param>
    /// <param name="columns">Columns to compute; whole blocks.</param>
    /// <param name="stride">From row to row in X and Y.</param>
    /// <param name="edge">Start and finish of the sums.</param>
    // Optimised at once, because the first epoch would otherwise run in the slow code that the compiler starts with, and by itself: inlined
    // elsewhere, its sums would have to share the registers.
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    internal static void Compute<TEdge>(
        ReadOnlySpan<float> a, int rowStep, int innerStep, ReadOnlySpan<float> x, Span<float> y, int rows, int inner,
        int columns, int stride, TEdge edge)
        where TEdge : struct, IEdge, allows ref struct
    {
        // The loops below do without bounds checks.
        if (a.Length <= (rows - 1) * rowStep + (inner - 1) * innerStep || x.Length < inner * stride || y.Length < rows * stride
            || columns > stride)
        {
            throw new ArgumentException("the matrices are smaller than their dimensions");
        }

        ref readonly var a0 = ref MemoryMarshal.GetReference(a);
        ref readonly var x0 = ref MemoryMarshal.GetReference(x);
        ref var y0 = ref MemoryMarshal.GetReference(y);
        for (var column = 0; column < columns; column += ColumnBlock.Width)
        {
            var row = 0;
            for (; row + 4 <= rows; row += 4)
                FourRows(in a0, rowStep, innerStep, in x0, ref y0, row, inner, column, stride, edge);
            for (; row < rows; row++)
                OneRow(in a0, rowStep, innerStep, in x0, ref y0, row, inner, column, stride, edge);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void FourRows<TEdge>(
        ref readonly float a0, int rowStep, int innerStep, ref readonly float x0, ref float y0, int row, int inner,
        int column, int stride, TEdge edge)
        where TEdge : struct, IEdge, allows ref struct
    {
        Vector256<float> s00, s10, s20, s30;
        var s01 = s00 = Vector256.Create(edge.Start(row));
        var s11 = s10 = Vector256.Create(edge.Start(row + 1));
        var s21 = s20 = Vector256.Create(edge.Start(row + 2));
        var s31 = s30 = Vector256.Create(edge.Start(row + 3));
        ref var w = ref Unsafe.Add(ref Unsafe.AsRef(in a0), row * rowStep);
        var at = column;
        for (var k = 0; k < inner; k++)
        {
            var left = ColumnBlock.Load(in x0, at);
            var right = ColumnBlock.Load(in x0, at + ColumnBlock.Lanes);
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
            w = ref Unsafe.Add(ref w, innerStep);
            at += stride;
        }

        Finish(s00, s01, ref y0, row * stride + column, edge);
        Finish(s10, s11, ref y0, (row + 1) * stride + column, edge);
        Finish(s20, s21, ref y0, (row + 2) * stride + column, edge);
        Finish(s30, s31, ref y0, (row + 3) * stride + column, edge);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void OneRow<TEdge>(
        ref readonly float a0, int rowStep, int innerStep, ref readonly float x0, ref float y0, int row, int inner,
        int column, int stride, TEdge edge)
        where TEdge : struct, IEdge, allows ref struct
    {
        Vector256<float> s0;
        var s1 = s0 = Vector256.Create(edge.Start(row));
        for (var k = 0; k < inner; k++)
        {
            var weight = Vector256.Create(Unsafe.Add(ref Unsafe.AsRef(in a0), row * rowStep + k * innerStep));
            s0 = Vector256.FusedMultiplyAdd(weight, ColumnBlock.Load(in x0, k * stride + column), s0);
            s1 = Vector256.FusedMultiplyAdd(weight, ColumnBlock.Load(in x0, k * stride + column + ColumnBlock.Lanes), s1);
        }

        Finish(s0, s1, ref y0, row * stride + column, edge);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Finish<TEdge>(Vector256<float> left, Vector256<float> right, ref float y0, int offset, TEdge edge)
        where TEdge : struct, IEdge, allows ref struct
    {
        ColumnBlock.Store(edge.Finish(left, offset), ref y0, offset);
        ColumnBlock.Store(edge.Finish(right, offset + ColumnBlock.Lanes), ref y0, offset + ColumnBlock.Lanes);
    }

    /// <summary>Nothing but the product.</summary>
    internal readonly struct Plain : IEdge
    {
        public float Start(int row) => 0;

        public Vector256<float> Finish(Vector256<float> sums, int offset) => sums;
    }

    /// <summary>Adds a bias.</summary>
    internal readonly ref struct Biased(ReadOnlySpan<float> bias) : IEdge
    {
        private readonly ReadOnlySpan<float> _bias = bias;

        public float Start(int row) => _bias[row];

        public Vector256<float> Finish(Vector256<float> sums, int offset) => sums;
    }

    /// <summary>Adds a bias and cuts negative values off.</summary>
    internal readonly ref struct BiasedRelu(ReadOnlySpan<float> bias) : IEdge
    {
        private readonly ReadOnlySpan<float> _bias = bias;

        public float Start(int row) => _bias[row];

        // The comparison lets NaN through, so that a diverged network shows.
        public Vector256<float> Finish(Vector256<float> sums, int offset) =>
            Vector256.AndNot(sums, Vector256.LessThan(sums, Vector256<float>.Zero));
    }

    /// <summary>Lets a gradient through where the ReLU before it was active.</summary>
    internal readonly ref struct ThroughRelu(ReadOnlySpan<float> activations) : IEdge
    {
        private readonly ReadOnlySpan<float> _activations = activations;

        public float Start(int row) => 0;

        public Vector256<float> Finish(Vector256<float> sums, int offset) => sums & Vector256.GreaterThan(
            ColumnBlock.Load(in MemoryMarshal.GetReference(_activations), offset), Vector256<float>.Zero);
    }
}
