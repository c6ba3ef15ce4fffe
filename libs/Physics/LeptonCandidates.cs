namespace DaprHep.Physics;

/// <summary>
/// The electrons and then the muons of one event with p_T above the cut, in file order, and their isolation. Reused from event to event.
/// </summary>
internal sealed class LeptonCandidates
{
    /// <summary>More candidates than this are no collision event.</summary>
    public const int MaxCandidates = 1024;

    private readonly double[] _pt = new double[MaxCandidates];
    private readonly double[] _eta = new double[MaxCandidates];
    private readonly double[] _phi = new double[MaxCandidates];
    private readonly double[] _centrePhi = new double[MaxCandidates];
    private readonly int[] _charge = new int[MaxCandidates];
    private readonly double[] _charged = new double[MaxCandidates];
    private readonly double[] _photon = new double[MaxCandidates];
    private readonly double[] _neutral = new double[MaxCandidates];
    private int _electrons;

    public int Count { get; private set; }

    /// <summary>Takes over the leptons above the cut. False where there are more than anyone's event has.</summary>
    public bool TryCollect(scoped in DelphesEvents events, int entry, PhysicsProfile profile)
    {
        Count = 0;
        if (!TryAdd(events.ElectronPt[entry], events.ElectronEta[entry], events.ElectronPhi[entry], events.ElectronCharge[entry]))
            return false;
        _electrons = Count;
        if (!TryAdd(events.MuonPt[entry], events.MuonEta[entry], events.MuonPhi[entry], events.MuonCharge[entry]))
            return false;
        for (var i = 0; i < Count; i++)
        {
            if (profile == PhysicsProfile.Cern2019)
                GoThroughCartesian(i);
            _centrePhi[i] = Azimuth.Within(_phi[i], Azimuth.AboutPi);
        }
        return true;
    }

    /// <summary>The lepton the profile prefers among the isolated ones, or null where none is.</summary>
    public Lepton? Select(ConeObjects tracks, ConeObjects photons, ConeObjects neutrals, PhysicsProfile profile)
    {
        if (profile == PhysicsProfile.Standard)
        {
            Isolate<WrappedConeWithoutCentre>(tracks, _charged, ownShare: 0);
            Isolate<WrappedCone>(photons, _photon, ownShare: 0);
            Isolate<WrappedCone>(neutrals, _neutral, ownShare: 0);
            return Leading();
        }
        Isolate<CutCone>(tracks, _charged, ownShare: 1);
        Isolate<CutCone>(photons, _photon, ownShare: 0);
        Isolate<CutCone>(neutrals, _neutral, ownShare: 0);
        return LargerEta();
    }

    private bool TryAdd(ReadOnlySpan<float> fromPt, ReadOnlySpan<float> fromEta, ReadOnlySpan<float> fromPhi, ReadOnlySpan<int> fromCharge)
    {
        for (var i = 0; i < fromPt.Length; i++)
        {
            if (!(fromPt[i] > SelectionCuts.LeptonPt))
                continue;
            if (Count == MaxCandidates)
                return false;
            _pt[Count] = fromPt[i];
            _eta[Count] = fromEta[i];
            _phi[Count] = fromPhi[i];
            _charge[Count] = fromCharge[i];
            Count++;
        }
        return true;
    }

    /// <summary>The published pipeline keeps a lepton as (E, px, py, pz) and takes p_T, η and φ from there, rounding included.</summary>
    private void GoThroughCartesian(int i)
    {
        var (x, y, z) = (_pt[i] * Math.Cos(_phi[i]), _pt[i] * Math.Sin(_phi[i]), _pt[i] * Math.Sinh(_eta[i]));
        var cosTheta = z / Math.Sqrt((x * x) + (y * y) + (z * z));
        _pt[i] = Math.Sqrt((x * x) + (y * y));
        _eta[i] = -0.5 * Math.Log((1 - cosTheta) / (1 + cosTheta));
        _phi[i] = Math.Atan2(y, x);
    }

    private void Isolate<TCone>(ConeObjects objects, double[] isolation, double ownShare)
        where TCone : struct, IIsolationCone
    {
        var padded = IsolationSums.Padded(Count);
        IsolationSums.SumPt<TCone>(objects, _eta.AsSpan(0, padded), _centrePhi.AsSpan(0, padded), isolation.AsSpan(0, padded));
        for (var i = 0; i < Count; i++)
            isolation[i] = (isolation[i] / _pt[i]) - ownShare;
    }

    private bool IsIsolated(int i) => _charged[i] + _photon[i] + _neutral[i] < SelectionCuts.LeptonIsolation;

    /// <summary>The isolated lepton of largest p_T, of equals the first.</summary>
    private Lepton? Leading()
    {
        var best = -1;
        for (var i = 0; i < Count; i++)
        {
            if (IsIsolated(i) && (best < 0 || _pt[i] > _pt[best]))
                best = i;
        }
        return best < 0 ? null : this[best];
    }

    /// <summary>
    /// The first isolated electron or the first isolated muon; where there are both, the one with the larger η (the electron only when
    /// strictly larger): the published code compares the sixth column, meaning the p_T of the fifth.
    /// </summary>
    private Lepton? LargerEta()
    {
        var electron = FirstIsolated(0, _electrons);
        var muon = FirstIsolated(_electrons, Count);
        if (electron < 0)
            return muon < 0 ? null : this[muon];
        return muon < 0 || _eta[electron] > _eta[muon] ? this[electron] : this[muon];
    }

    private int FirstIsolated(int start, int end)
    {
        for (var i = start; i < end; i++)
        {
            if (IsIsolated(i))
                return i;
        }
        return -1;
    }

    private Lepton this[int i] => new(i < _electrons, _pt[i], _eta[i], _phi[i], _charge[i], _charged[i], _photon[i], _neutral[i]);
}
