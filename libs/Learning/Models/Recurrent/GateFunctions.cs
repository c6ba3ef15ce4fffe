using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace DaprHep.Learning.Models.Recurrent;

/// <summary>The functions of a recurrent cell's gates, eight at a time and to 2e-7; NaN stays NaN.</summary>
internal static class GateFunctions
{
    /// <summary>1/(1 + e⁻ˣ).</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static Vector256<float> Sigmoid(Vector256<float> x) => Vector256<float>.One / (Vector256<float>.One + Exp(-x));

    /// <summary>The hyperbolic tangent as 1 − 2/(1 + e²ˣ).</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static Vector256<float> Tanh(Vector256<float> x) =>
        Vector256<float>.One - Vector256.Create(2f) / (Vector256<float>.One + Exp(x + x));

    // 2ⁿ·eʳ with n a whole number, |r| ≤ ln 2 / 2 and eʳ by its Taylor series to r⁷. The library's Exp takes twice as long, as it
    // also treats numbers that a gate cannot tell from 0 or infinity; they are cut off here.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<float> Exp(Vector256<float> x)
    {
        const float Limit = 87;
        x = Vector256.ConditionalSelect(Vector256.GreaterThan(x, Vector256.Create(Limit)), Vector256.Create(Limit), x);
        x = Vector256.ConditionalSelect(Vector256.LessThan(x, Vector256.Create(-Limit)), Vector256.Create(-Limit), x);
        // Adding 1.5·2²³ rounds to a whole number, which then stands in the lowest bits.
        var shift = Vector256.Create(12582912f);
        var shifted = Vector256.FusedMultiplyAdd(x, Vector256.Create(1.44269504f), shift);
        var n = shifted - shift;
        // ln 2 in two parts, the first of which times n is exact.
        var r = Vector256.FusedMultiplyAdd(n, Vector256.Create(-0.693359375f), x);
        r = Vector256.FusedMultiplyAdd(n, Vector256.Create(2.12194440e-4f), r);
        var sum = Vector256.FusedMultiplyAdd(r, Vector256.Create(1 / 5040f), Vector256.Create(1 / 720f));
        sum = Vector256.FusedMultiplyAdd(sum, r, Vector256.Create(1 / 120f));
        sum = Vector256.FusedMultiplyAdd(sum, r, Vector256.Create(1 / 24f));
        sum = Vector256.FusedMultiplyAdd(sum, r, Vector256.Create(1 / 6f));
        sum = Vector256.FusedMultiplyAdd(sum, r, Vector256.Create(0.5f));
        sum = Vector256.FusedMultiplyAdd(sum, r, Vector256<float>.One);
        sum = Vector256.FusedMultiplyAdd(sum, r, Vector256<float>.One);
        return (sum.AsInt32() + Vector256.ShiftLeft(shifted.AsInt32(), 23)).AsSingle();
    }
}
