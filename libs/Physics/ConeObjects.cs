using System.Runtime.CompilerServices;

namespace DaprHep.Physics;

/// <summary>
/// The objects of one collection of one event that count in isolation sums: those above the threshold, in file order, as doubles.
/// Reused from event to event.
/// </summary>
internal sealed class ConeObjects
{
    /// <summary>More objects than this in a collection are no collision event; isolation work grows with the square.</summary>
    public const int MaxObjects = 1 << 16;

    public int Count { get; private set; }

    /// <summary>Pseudorapidities; of the array, the first <see cref="Count"/>.</summary>
    public double[] Eta { get; private set; } = new double[256];

    /// <summary>Azimuths as the profile compares them.</summary>
    public double[] Phi { get; private set; } = new double[256];

    /// <summary>Transverse momenta or energies, GeV.</summary>
    public double[] Pt { get; private set; } = new double[256];

    /// <summary>Where each stands in the collection of the event.</summary>
    public int[] Index { get; private set; } = new int[256];

    /// <summary>Takes over the objects with p_T above <paramref name="threshold"/> (not a number is not above).</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Collect(ReadOnlySpan<float> pt, ReadOnlySpan<float> eta, ReadOnlySpan<float> phi, float threshold, double largestPhi)
    {
        if (pt.Length > Pt.Length)
            Grow(pt.Length);
        eta = eta[..pt.Length];
        phi = phi[..pt.Length];
        double[] toEta = Eta, toPhi = Phi, toPt = Pt;
        var toIndex = Index;
        var count = 0;
        for (var i = 0; i < pt.Length; i++)
        {
            // Written whether it counts or not, and overwritten by the next if not: no branch to mispredict.
            toEta[count] = eta[i];
            toPhi[count] = Azimuth.Within(phi[i], largestPhi);
            toPt[count] = pt[i];
            toIndex[count] = i;
            count += pt[i] > threshold ? 1 : 0;
        }
        Count = count;
    }

    private void Grow(int needed)
    {
        var capacity = (int)System.Numerics.BitOperations.RoundUpToPowerOf2((uint)needed);
        Eta = new double[capacity];
        Phi = new double[capacity];
        Pt = new double[capacity];
        Index = new int[capacity];
    }
}
