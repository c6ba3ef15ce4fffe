namespace DaprHep.Physics;

/// <summary>
/// Converts Delphes events: selects those with an isolated lepton and computes their high-level features and particle rows.
/// Holds the working memory, so one converter serves one thread; nothing is allocated for an event.
/// </summary>
/// <param name="profile">Which definitions to use.</param>
public sealed class EventConverter(PhysicsProfile profile)
{
    private readonly LeptonCandidates leptons = new();
    private readonly ConeObjects tracks = new();
    private readonly ConeObjects photons = new();
    private readonly ConeObjects neutrals = new();
    private readonly KeptParticles particles = new();
    private long read, withLepton, withCollections, isolated, selected, invalid;

    /// <summary>The definitions in use.</summary>
    public PhysicsProfile Profile => profile;

    /// <summary>Counts over all events converted so far.</summary>
    public CutFlow CutFlow => new(read, withLepton, withCollections, isolated, selected, invalid);

    /// <summary>Appends the selected ones of <paramref name="events"/> to <paramref name="selection"/>, in their order.</summary>
    /// <exception cref="EventFormatException">The branches do not fit together; nothing of the run has been converted.</exception>
    public void Convert(scoped in DelphesEvents events, TopologyEvents selection)
    {
        ArgumentNullException.ThrowIfNull(selection);
        events.Validate();
        for (var entry = 0; entry < events.Count; entry++)
        {
            read++;
            if (Select(events, entry) is { } lepton)
                Write(events, entry, lepton, selection);
        }
    }

    private Lepton? Select(scoped in DelphesEvents events, int entry)
    {
        if (HasTooManyObjects(events, entry) || !leptons.TryCollect(events, entry, profile))
        {
            invalid++;
            return null;
        }
        if (leptons.Count == 0)
            return null;
        withLepton++;

        var largestPhi = profile == PhysicsProfile.Standard ? Azimuth.AboutPi : double.PositiveInfinity;
        tracks.Collect(events.TrackPt[entry], events.TrackEta[entry], events.TrackPhi[entry], SelectionCuts.TrackPt, largestPhi);
        photons.Collect(events.PhotonEt[entry], events.PhotonEta[entry], events.PhotonPhi[entry], SelectionCuts.NeutralEt, largestPhi);
        neutrals.Collect(
            events.NeutralHadronEt[entry], events.NeutralHadronEta[entry], events.NeutralHadronPhi[entry],
            SelectionCuts.NeutralEt, largestPhi);
        if (profile == PhysicsProfile.Cern2019 && (tracks.Count == 0 || photons.Count == 0 || neutrals.Count == 0))
            return null;
        withCollections++;

        var lepton = leptons.Select(tracks, photons, neutrals, profile);
        if (lepton is not null)
            isolated++;
        return lepton;
    }

    private void Write(scoped in DelphesEvents events, int entry, in Lepton lepton, TopologyEvents selection)
    {
        particles.Collect(lepton, tracks, photons, neutrals, profile);
        particles.Isolate(tracks, photons, neutrals, profile);
        particles.ComputeMomenta();

        var rows = selection.NextParticles(1 + particles.Count);
        ParticleRows.Write(events, entry, lepton, particles, rows);
        var hlf = selection.NextHlf();
        HighLevelFeatures.Write(events, entry, lepton, profile, hlf);
        if (!FiniteValues.All(rows) || !FiniteValues.All(hlf))
        {
            invalid++;
            return;
        }
        selected++;
        selection.Commit(EventId(events.SourceId, events.FirstEntry + entry), 1 + particles.Count);
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
