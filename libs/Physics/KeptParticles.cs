using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace DaprHep.Physics;

/// <summary>
/// The tracks, photons and neutral hadrons of one selected event that become particle rows: what is computed for each of them,
/// one array a quantity. Reused from event to event.
/// </summary>
internal sealed class KeptParticles
{
    private const int Capacity = (ParticleColumns.MaxParticles + IsolationSums.Lanes - 1) / IsolationSums.Lanes * IsolationSums.Lanes;

    public int Tracks { get; private set; }

    public int Photons { get; private set; }

    public int Neutrals { get; private set; }

    public int Count => Tracks + Photons + Neutrals;

    /// <summary>Where each stands in its collection in the event.</summary>
    public int[] Index { get; } = new int[Capacity];

    public double[] Pt { get; } = new double[Capacity];

    public double[] Eta { get; } = new double[Capacity];

    /// <summary>Azimuth within about ±π, rad.</summary>
    public double[] Phi { get; } = new double[Capacity];

    public double[] Energy { get; } = new double[Capacity];

    public double[] Px { get; } = new double[Capacity];

    public double[] Py { get; } = new double[Capacity];

    public double[] Pz { get; } = new double[Capacity];

    /// <summary>Isolation from tracks.</summary>
    public double[] IsoCharged { get; } = new double[Capacity];

    /// <summary>Isolation from photons.</summary>
    public double[] IsoPhoton { get; } = new double[Capacity];

    /// <summary>Isolation from neutral hadrons.</summary>
    public double[] IsoNeutral { get; } = new double[Capacity];

    /// <summary>Takes over the first 450 tracks that are not the lepton, 150 photons and 200 neutral hadrons, in file order.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Collect(in Lepton lepton, ConeObjects tracks, ConeObjects photons, ConeObjects neutrals, PhysicsProfile profile)
    {
        // The published pipeline takes the centre of a cone from px and py, that is with φ in [−π, π].
        var largestPhi = profile == PhysicsProfile.Cern2019 ? Math.PI : Azimuth.AboutPi;
        var count = 0;
        for (var i = 0; i < tracks.Count && count < ParticleColumns.MaxTracks; i++)
        {
            if (!IsLepton(lepton, tracks.Eta[i], tracks.Phi[i]))
                Add(tracks, i, largestPhi, ref count);
        }
        Tracks = count;
        for (var i = 0; i < photons.Count && i < ParticleColumns.MaxPhotons; i++)
            Add(photons, i, largestPhi, ref count);
        Photons = count - Tracks;
        for (var i = 0; i < neutrals.Count && i < ParticleColumns.MaxNeutralHadrons; i++)
            Add(neutrals, i, largestPhi, ref count);
        Neutrals = count - Tracks - Photons;
    }

    /// <summary>Fills the three isolations.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Isolate(ConeObjects tracks, ConeObjects photons, ConeObjects neutrals, PhysicsProfile profile)
    {
        if (profile == PhysicsProfile.Standard)
        {
            // An object lies in its own cone, and is taken out of the sum over its own collection.
            var (firstPhoton, firstNeutral) = (Tracks, Tracks + Photons);
            SumPt<WrappedCone>(tracks, IsoCharged);
            for (var i = 0; i < firstPhoton; i++)
                IsoCharged[i] -= Pt[i];
            SumPt<WrappedCone>(photons, IsoPhoton);
            for (var i = firstPhoton; i < firstNeutral; i++)
                IsoPhoton[i] -= Pt[i];
            SumPt<WrappedCone>(neutrals, IsoNeutral);
            for (var i = firstNeutral; i < Count; i++)
                IsoNeutral[i] -= Pt[i];
            DivideByPt(chargedOwnShare: 0);
        }
        else
        {
            // The published pipeline takes 1, a track's own share, off the charged isolation of photons and neutral hadrons too,
            // and leaves their own share in the other two.
            SumPt<CutCone>(tracks, IsoCharged);
            SumPt<CutCone>(photons, IsoPhoton);
            SumPt<CutCone>(neutrals, IsoNeutral);
            DivideByPt(chargedOwnShare: 1);
        }
    }

    /// <summary>Fills the massless four-momenta, GeV.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void ComputeMomenta()
    {
        var half = Vector512.Create(0.5);
        for (var i = 0; i < Count; i += IsolationSums.Lanes)
        {
            var at = (nuint)i;
            var pt = Vector512.LoadUnsafe(ref MemoryMarshal.GetArrayDataReference(Pt), at);
            var growing = Vector512.Exp(Vector512.LoadUnsafe(ref MemoryMarshal.GetArrayDataReference(Eta), at));
            var falling = Vector512<double>.One / growing;
            var (sin, cos) = Vector512.SinCos(Vector512.LoadUnsafe(ref MemoryMarshal.GetArrayDataReference(Phi), at));
            (pt * (half * (growing + falling))).StoreUnsafe(ref MemoryMarshal.GetArrayDataReference(Energy), at);
            (pt * cos).StoreUnsafe(ref MemoryMarshal.GetArrayDataReference(Px), at);
            (pt * sin).StoreUnsafe(ref MemoryMarshal.GetArrayDataReference(Py), at);
            (pt * (half * (growing - falling))).StoreUnsafe(ref MemoryMarshal.GetArrayDataReference(Pz), at);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static bool IsLepton(in Lepton lepton, double eta, double phi)
    {
        var deltaEta = eta - lepton.Eta;
        return Math.Abs(deltaEta) <= SelectionCuts.SameObjectRadius
            && AngularDistance.DeltaR(eta, phi, lepton.Eta, lepton.Phi) <= SelectionCuts.SameObjectRadius;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void Add(ConeObjects objects, int i, double largestPhi, ref int count)
    {
        Pt[count] = objects.Pt[i];
        Eta[count] = objects.Eta[i];
        Phi[count] = Azimuth.Within(objects.Phi[i], largestPhi);
        Index[count] = objects.Index[i];
        count++;
    }

    private void SumPt<TCone>(ConeObjects objects, double[] sums)
        where TCone : struct, IIsolationCone
    {
        var padded = IsolationSums.Padded(Count);
        IsolationSums.SumPt<TCone>(objects, Eta.AsSpan(0, padded), Phi.AsSpan(0, padded), sums.AsSpan(0, padded));
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void DivideByPt(double chargedOwnShare)
    {
        for (var i = 0; i < Count; i++)
        {
            IsoCharged[i] = (IsoCharged[i] / Pt[i]) - chargedOwnShare;
            IsoPhoton[i] /= Pt[i];
            IsoNeutral[i] /= Pt[i];
        }
    }
}
