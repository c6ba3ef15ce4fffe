using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace DaprHep.Physics;

/// <summary>
/// The p_T around each of many directions: the one quadratic part of the conversion. Eight centres share a vector and walk
/// over the objects together, so there is neither a branch nor a sum across lanes. This and the other loops over all objects of an event
/// are compiled with all optimisations at once: a file is converted before tiered compilation would get to them.
/// </summary>
internal static class IsolationSums
{
    /// <summary>Centres a vector; buffers of centres are padded to a multiple of it.</summary>
    public const int Lanes = 8;

    /// <summary><paramref name="count"/> rounded up to whole vectors.</summary>
    public static int Padded(int count) => (count + Lanes - 1) & -Lanes;

    /// <summary>
    /// For each centre the summed p_T of the objects in its cone, GeV. The three spans are whole vectors and of equal length;
    /// what the padding holds does not matter.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void SumPt<TCone>(ConeObjects objects, ReadOnlySpan<double> centreEta, ReadOnlySpan<double> centrePhi, Span<double> sums)
        where TCone : struct, IIsolationCone
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(sums.Length & (Lanes - 1), 0);
        ArgumentOutOfRangeException.ThrowIfLessThan(centreEta.Length, sums.Length);
        ArgumentOutOfRangeException.ThrowIfLessThan(centrePhi.Length, sums.Length);
        ref var objectEta = ref MemoryMarshal.GetArrayDataReference(objects.Eta);
        ref var objectPhi = ref MemoryMarshal.GetArrayDataReference(objects.Phi);
        ref var objectPt = ref MemoryMarshal.GetArrayDataReference(objects.Pt);
        ref var firstEta = ref MemoryMarshal.GetReference(centreEta);
        ref var firstPhi = ref MemoryMarshal.GetReference(centrePhi);
        ref var firstSum = ref MemoryMarshal.GetReference(sums);
        for (nuint centre = 0; centre < (nuint)sums.Length; centre += Lanes)
        {
            var eta = Vector512.LoadUnsafe(ref firstEta, centre);
            var phi = Vector512.LoadUnsafe(ref firstPhi, centre);
            var sum = Vector512<double>.Zero;
            for (nuint i = 0; i < (nuint)objects.Count; i++)
            {
                var inside = TCone.Contains(
                    Vector512.Create(Unsafe.Add(ref objectEta, i)) - eta,
                    Vector512.Create(Unsafe.Add(ref objectPhi, i)) - phi);
                sum += inside & Vector512.Create(Unsafe.Add(ref objectPt, i));
            }
            sum.StoreUnsafe(ref firstSum, centre);
        }
    }
}
