using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace DaprHep.Physics;

/// <summary>Tells numbers from infinities and what is not a number.</summary>
internal static class FiniteValues
{
    /// <summary>Whether all values are finite.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static bool All(ReadOnlySpan<float> values)
    {
        // Zero times a finite value is zero; zero times any other is not a number, and so is each sum with it.
        ref var first = ref MemoryMarshal.GetReference(values);
        var zeros = Vector512<float>.Zero;
        var i = 0;
        for (; i <= values.Length - Vector512<float>.Count; i += Vector512<float>.Count)
            zeros += Vector512.LoadUnsafe(ref first, (nuint)i) * Vector512<float>.Zero;
        var sum = Vector512.Sum(zeros);
        for (; i < values.Length; i++)
            sum += values[i] * 0;
        return sum == 0;
    }
}
