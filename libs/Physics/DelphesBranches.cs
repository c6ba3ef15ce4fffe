namespace DaprHep.Physics;

/// <summary>The tree and branches of a Delphes file that the conversion reads.</summary>
public static class DelphesBranches
{
    /// <summary>Name of the tree.</summary>
    public const string Tree = "Delphes";

    /// <summary>Transverse momentum of a track, float32, GeV.</summary>
    public const string TrackPt = "EFlowTrack.PT";

    /// <summary>Pseudorapidity of a track, float32.</summary>
    public const string TrackEta = "EFlowTrack.Eta";

    /// <summary>Azimuth of a track, float32, rad.</summary>
    public const string TrackPhi = "EFlowTrack.Phi";

    /// <summary>Origin of a track, float32, mm.</summary>
    public const string TrackX = "EFlowTrack.X";

    /// <summary>Origin of a track, float32, mm.</summary>
    public const string TrackY = "EFlowTrack.Y";

    /// <summary>Origin of a track, float32, mm.</summary>
    public const string TrackZ = "EFlowTrack.Z";

    /// <summary>PDG id of a track, int32.</summary>
    public const string TrackPid = "EFlowTrack.PID";

    /// <summary>Transverse energy of a photon, float32, GeV.</summary>
    public const string PhotonEt = "EFlowPhoton.ET";

    /// <summary>Pseudorapidity of a photon, float32.</summary>
    public const string PhotonEta = "EFlowPhoton.Eta";

    /// <summary>Azimuth of a photon, float32, rad.</summary>
    public const string PhotonPhi = "EFlowPhoton.Phi";

    /// <summary>Transverse energy of a neutral hadron, float32, GeV.</summary>
    public const string NeutralHadronEt = "EFlowNeutralHadron.ET";

    /// <summary>Pseudorapidity of a neutral hadron, float32.</summary>
    public const string NeutralHadronEta = "EFlowNeutralHadron.Eta";

    /// <summary>Azimuth of a neutral hadron, float32, rad.</summary>
    public const string NeutralHadronPhi = "EFlowNeutralHadron.Phi";

    /// <summary>Transverse momentum of an electron, float32, GeV.</summary>
    public const string ElectronPt = "Electron.PT";

    /// <summary>Pseudorapidity of an electron, float32.</summary>
    public const string ElectronEta = "Electron.Eta";

    /// <summary>Azimuth of an electron, float32, rad.</summary>
    public const string ElectronPhi = "Electron.Phi";

    /// <summary>Charge of an electron, int32.</summary>
    public const string ElectronCharge = "Electron.Charge";

    /// <summary>Transverse momentum of a tight muon, float32, GeV.</summary>
    public const string MuonPt = "MuonTight.PT";

    /// <summary>Pseudorapidity of a tight muon, float32.</summary>
    public const string MuonEta = "MuonTight.Eta";

    /// <summary>Azimuth of a tight muon, float32, rad.</summary>
    public const string MuonPhi = "MuonTight.Phi";

    /// <summary>Charge of a tight muon, int32.</summary>
    public const string MuonCharge = "MuonTight.Charge";

    /// <summary>Missing transverse energy, float32, GeV; one an event.</summary>
    public const string MissingEt = "MissingET.MET";

    /// <summary>Azimuth of the missing transverse energy, float32, rad; one an event.</summary>
    public const string MissingEtPhi = "MissingET.Phi";

    /// <summary>Transverse momentum of a jet, float32, GeV.</summary>
    public const string JetPt = "Jet.PT";

    /// <summary>Pseudorapidity of a jet, float32.</summary>
    public const string JetEta = "Jet.Eta";

    /// <summary>b-tag bits of a jet, uint32.</summary>
    public const string JetBTag = "Jet.BTag";

    /// <summary>All of them.</summary>
    public static IReadOnlyList<string> All { get; } =
    [
        TrackPt, TrackEta, TrackPhi, TrackX, TrackY, TrackZ, TrackPid,
        PhotonEt, PhotonEta, PhotonPhi,
        NeutralHadronEt, NeutralHadronEta, NeutralHadronPhi,
        ElectronPt, ElectronEta, ElectronPhi, ElectronCharge,
        MuonPt, MuonEta, MuonPhi, MuonCharge,
        MissingEt, MissingEtPhi,
        JetPt, JetEta, JetBTag,
    ];
}
