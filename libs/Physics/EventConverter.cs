namespace DaprHep.Physics;

/// <summary>
/// Converts Delphes events: selects those with an isolated lepton and computes their high-level features and particle rows.
/// Holds the working memory, so one converter serves one thread; nothing is allocated for an event.
/// </summary>
/// <param name="profile">Which definitions to use.</param>
public sealed class EventConverter(PhysicsProfile profile)
{
    private readonly LeptonCandidates _leptons = new();
    private readonly ConeObjects _tracks = new();
    private readonly ConeObjects _photons = new();
    private readonly ConeObjects _neutrals = new();
    private readonly KeptParticles _particles = new();
    private long _read, _withLepton, _withCollections, _isolated, _selected, _invalid;

    /// <summary>The definitions in use.</summary>
    public PhysicsProfile Profile => profile;

    /// <summary>Counts over all events converted so far.</summary>
    public CutFlow CutFlow => new(_read, _withLepton, _withCollections, _isolated, _selected, _invalid);

    /// <summary>Appends the selected ones of <paramref name="events"/> to <paramref name="selection"/>, in their order.</summary>
    /// <exception cref="EventFormatException">The branches do not fit together; nothing of the run has been converted.</exception>
    public void Convert(scoped in DelphesEvents events, TopologyEvents selection)
    {
        ArgumentNullException.ThrowIfNull(selection);
        events.Validate();
        for (var entry = 0; entry < events.Count; entry++)
        {
            _read++;
            if (Select(events, entry) is { } lepton)
                Write(events, entry, lepton, selection);
        }
    }

    private Lepton? Select(scoped in DelphesEvents events, int entry)
    {
        if (HasTooManyObjects(events, entry) || !_leptons.TryCollect(events, entry, profile))
        {
            _invalid++;
            return null;
        }
        if (_leptons.Count == 0)
            return null;
        _withLepton++;

        var largestPhi = profile == PhysicsProfile.Standard ? Azimuth.AboutPi : double.PositiveInfinity;
        _tracks.Collect(events.TrackPt[entry], events.TrackEta[entry], events.TrackPhi[entry], SelectionCuts.TrackPt, largestPhi);
        _photons.Collect(events.PhotonEt[entry], events.PhotonEta[entry], events.PhotonPhi[entry], SelectionCuts.NeutralEt, largestPhi);
        _neutrals.Collect(
            events.NeutralHadronEt[entry], events.NeutralHadronEta[entry], events.NeutralHadronPhi[entry],
            SelectionCuts.NeutralEt, largestPhi);
        if (profile == PhysicsProfile.Cern2019 && (_tracks.Count == 0 || _photons.Count == 0 || _neutrals.Count == 0))
            return null;
        _withCollections++;

        var lepton = _leptons.Select(_tracks, _photons, _neutrals, profile);
        if (lepton is not null)
            _isolated++;
        return lepton;
    }

    private void Write(scoped in DelphesEvents events, int entry, in Lepton lepton, TopologyEvents selection)
    {
        _particles.Collect(lepton, _tracks, _photons, _neutrals, profile);
        _particles.Isolate(_tracks, _photons, _neutrals, profile);
        _particles.ComputeMomenta();

        var rows = selection.NextParticles(1 + _particles.Count);
        ParticleRows.Write(events, entry, lepton, _particles, rows);
        var hlf = selection.NextHlf();
        HighLevelFeatures.Write(events, entry, lepton, profile, hlf);
        if (!FiniteValues.All(rows) || !FiniteValues.All(hlf))
        {
            _invalid++;
            return;
        }
        _selected++;
        selection.Commit(EventId(events.SourceId, events.FirstEntry + entry), 1 + _particles.Count);
    }

    private static bool HasTooManyObjects(scoped in DelphesEvents events, int entry) =>
        events.TrackPt[entry].Length > ConeObjects.MaxObjects
        || events.PhotonEt[entry].Length > ConeObjects.MaxObjects
        || events.NeutralHadronEt[entry].Length > ConeObjects.MaxObjects;

    private static ulong EventId(uint sourceId, long entry)
    {
        if (entry is < 0 or > uint.MaxValue)
            throw new EventFormatException($"tree entry {entry} does not fit an event id: a tree may have at most 2^32 entries");
        return ((ulong)sourceId << 32) | (uint)entry;
    }
}
