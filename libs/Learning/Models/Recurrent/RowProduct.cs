using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using DaprHep.Learning.Models.Dense;

namespace DaprHep.Learning.Models.Recurrent;

/// <summary>
/// One event's values times weights: y = start + x·B, with the results side by side in the vectors, so that a single event keeps all lanes
/// busy. Every sum is taken in the order of <see cref="TileProduct"/>, to the same bits.
/// </summary>
internal static class RowProduct
{
    /// <summary>Columns that are computed together; eight sums in registers hide the latency of the multiply-adds.</summary>
    internal const int Width = 8 * ColumnBlock.Lanes;

    /// <summary>The number of columns in whole groups.</summary>
    internal static int Padded(int columns) => (columns + Width - 1) / Width * Width;

    /// <summary>Computes y.</summary>
    /// <param name="start">What the sums start from, [columns].</param>
    /// <param name="x">The event's values.</param>
    /// <param name="b">The weights, [values, columns].</param>
    /// <param name="y">Receives the sums, [columns].</param>
    /// <param name="columns">How many; whole groups of <see cref="Width"/>.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    internal static void Compute(ReadOnlySpan<float> start, ReadOnlySpan<float> x, ReadOnlySpan<float> b, Span<float> y, int columns)
    {
        // The loops below do without bounds checks.
        if (columns % Width != 0 || start.Length < columns || y.Length < columns || b.Length < x.Length * columns)
            throw new ArgumentException("the matrices are smaller than their dimensions");
        ref readonly var start0 = ref MemoryMarshal.GetReference(start);
        ref readonly var x0 = ref MemoryMarshal.GetReference(x);
        ref readonly var b0 = ref MemoryMarshal.GetReference(b);
        ref var y0 = ref MemoryMarshal.GetReference(y);
        for (var column = 0; column < columns; column += Width)
            Group(in start0, in x0, in b0, ref y0, column, columns, x.Length);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Group(
        ref readonly float start, ref readonly float x, ref readonly float b, ref float y, int column, int stride, int values)
    {
        const int Lanes = ColumnBlock.Lanes;
        var s0 = ColumnBlock.Load(in start, column);
        var s1 = ColumnBlock.Load(in start, column + Lanes);
        var s2 = ColumnBlock.Load(in start, column + 2 * Lanes);
        var s3 = ColumnBlock.Load(in start, column + 3 * Lanes);
        var s4 = ColumnBlock.Load(in start, column + 4 * Lanes);
        var s5 = ColumnBlock.Load(in start, column + 5 * Lanes);
        var s6 = ColumnBlock.Load(in start, column + 6 * Lanes);
        var s7 = ColumnBlock.Load(in start, column + 7 * Lanes);
        var at = column;
        for (var k = 0; k < values; k++)
        {
            var value = Vector256.Create(Unsafe.Add(ref Unsafe.AsRef(in x), k));
            s0 = Vector256.FusedMultiplyAdd(ColumnBlock.Load(in b, at), value, s0);
            s1 = Vector256.FusedMultiplyAdd(ColumnBlock.Load(in b, at + Lanes), value, s1);
            s2 = Vector256.FusedMultiplyAdd(ColumnBlock.Load(in b, at + 2 * Lanes), value, s2);
            s3 = Vector256.FusedMultiplyAdd(ColumnBlock.Load(in b, at + 3 * Lanes), value, s3);
            s4 = Vector256.FusedMultiplyAdd(ColumnBlock.Load(in b, at + 4 * Lanes), value, s4);
            s5 = Vector256.FusedMultiplyAdd(ColumnBlock.Load(in b, at + 5 * Lanes), value, s5);
            s6 = Vector256.FusedMultiplyAdd(ColumnBlock.Load(in b, at + 6 * Lanes), value, s6);
            s7 = Vector256.FusedMultiplyAdd(ColumnBlock.Load(in b, at + 7 * Lanes), value, s7);
            at += stride;
        }

        ColumnBlock.Store(s0, ref y, column);
        ColumnBlock.Store(s1, ref y, column + Lanes);
        ColumnBlock.Store(s2, ref y, column + 2 * Lanes);
        ColumnBlock.Store(s3, ref y, column + 3 * Lanes);
        ColumnBlock.Store(s4, ref y, column + 4 * Lanes);
        ColumnBlock.Store(s5, ref y, column + 5 * Lanes);
        ColumnBlock.Store(s6, ref y, column + 6 * Lanes);
        ColumnBlock.Store(s7, ref y, column + 7 * Lanes);
    }
}
