namespace DaprHep.Physics.Tests;

/// <summary>One made-up event: a list of values a branch.</summary>
internal sealed class MadeEvent
{
    public List<(float Pt, float Eta, float Phi, float X, float Y, float Z, int Pid)> Tracks { get; } = [];

    public List<(float Et, float Eta, float Phi)> Photons { get; } = [];

    public List<(float Et, float Eta, float Phi)> Neutrals { get; } = [];

    public List<(float Pt, float Eta, float Phi, int Charge)> Electrons { get; } = [];

    public List<(float Pt, float Eta, float Phi, int Charge)> Muons { get; } = [];

    public List<(float Met, float Phi)> MissingEt { get; } = [(30, 1)];

    public List<(float Pt, float Eta, uint BTag)> Jets { get; } = [];

    /// <summary>An isolated electron with its track, and one far object of each kind: selected in both profiles.</summary>
    public static MadeEvent WithIsolatedElectron(float pt = 40, float eta = 0.5f, float phi = 1)
    {
        var made = new MadeEvent();
        made.Electrons.Add((pt, eta, phi, -1));
        made.Tracks.Add((pt, eta, phi, 0, 0, 0, 11));
        made.Tracks.Add((2, -1, -1, 0.1f, 0.2f, 3, -211));
        made.Photons.Add((3, -1.5f, 2.5f));
        made.Neutrals.Add((4, 1.8f, -2.5f));
        return made;
    }
}

/// <summary>Made-up events laid out as columns.</summary>
internal sealed class EventTable(params MadeEvent[] events)
{
    private readonly int[] _tracks = Offsets(events, made => made.Tracks.Count);
    private readonly int[] _photons = Offsets(events, made => made.Photons.Count);
    private readonly int[] _neutrals = Offsets(events, made => made.Neutrals.Count);
    private readonly int[] _electrons = Offsets(events, made => made.Electrons.Count);
    private readonly int[] _muons = Offsets(events, made => made.Muons.Count);
    private readonly int[] _missing = Offsets(events, made => made.MissingEt.Count);
    private readonly int[] _jets = Offsets(events, made => made.Jets.Count);

    public DelphesEvents ViewOf(uint source, long firstEntry) => View with { SourceId = source, FirstEntry = firstEntry };

    public DelphesEvents View => new()
    {
        TrackPt = new(Values(made => made.Tracks, track => track.Pt), _tracks),
        TrackEta = new(Values(made => made.Tracks, track => track.Eta), _tracks),
        TrackPhi = new(Values(made => made.Tracks, track => track.Phi), _tracks),
        TrackX = new(Values(made => made.Tracks, track => track.X), _tracks),
        TrackY = new(Values(made => made.Tracks, track => track.Y), _tracks),
        TrackZ = new(Values(made => made.Tracks, track => track.Z), _tracks),
        TrackPid = new(Values(made => made.Tracks, track => track.Pid), _tracks),
        PhotonEt = new(Values(made => made.Photons, photon => photon.Et), _photons),
        PhotonEta = new(Values(made => made.Photons, photon => photon.Eta), _photons),
        PhotonPhi = new(Values(made => made.Photons, photon => photon.Phi), _photons),
        NeutralHadronEt = new(Values(made => made.Neutrals, neutral => neutral.Et), _neutrals),
        NeutralHadronEta = new(Values(made => made.Neutrals, neutral => neutral.Eta), _neutrals),
        NeutralHadronPhi = new(Values(made => made.Neutrals, neutral => neutral.Phi), _neutrals),
        ElectronPt = new(Values(made => made.Electrons, electron => electron.Pt), _electrons),
        ElectronEta = new(Values(made => made.Electrons, electron => electron.Eta), _electrons),
        ElectronPhi = new(Values(made => made.Electrons, electron => electron.Phi), _electrons),
        ElectronCharge = new(Values(made => made.Electrons, electron => electron.Charge), _electrons),
        MuonPt = new(Values(made => made.Muons, muon => muon.Pt), _muons),
        MuonEta = new(Values(made => made.Muons, muon => muon.Eta), _muons),
        MuonPhi = new(Values(made => made.Muons, muon => muon.Phi), _muons),
        MuonCharge = new(Values(made => made.Muons, muon => muon.Charge), _muons),
        MissingEt = new(Values(made => made.MissingEt, missing => missing.Met), _missing),
        MissingEtPhi = new(Values(made => made.MissingEt, missing => missing.Phi), _missing),
        JetPt = new(Values(made => made.Jets, jet => jet.Pt), _jets),
        JetEta = new(Values(made => made.Jets, jet => jet.Eta), _jets),
        JetBTag = new(Values(made => made.Jets, jet => jet.BTag), _jets),
    };

    public static (TopologyEvents Selection, CutFlow CutFlow) Convert(PhysicsProfile profile, params MadeEvent[] events)
    {
        var converter = new EventConverter(profile);
        var selection = new TopologyEvents();
        converter.Convert(new EventTable(events).View, selection);
        return (selection, converter.CutFlow);
    }

    private TValue[] Values<TObject, TValue>(Func<MadeEvent, List<TObject>> collection, Func<TObject, TValue> value) =>
        [.. events.SelectMany(collection).Select(value)];

    private static int[] Offsets(MadeEvent[] events, Func<MadeEvent, int> count)
    {
        var offsets = new int[events.Length + 1];
        for (var i = 0; i < events.Length; i++)
            offsets[i + 1] = offsets[i] + count(events[i]);
        return offsets;
    }
}
