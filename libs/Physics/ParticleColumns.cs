namespace DaprHep.Physics;

/// <summary>The columns of a particle row, and how many particles of each kind an event may have.</summary>
public static class ParticleColumns
{
    /// <summary>Columns a particle.</summary>
    public const int Count = 19;

    /// <summary>Tracks kept an event, the first in file order.</summary>
    public const int MaxTracks = 450;

    /// <summary>Photons kept an event, the first in file order.</summary>
    public const int MaxPhotons = 150;

    /// <summary>Neutral hadrons kept an event, the first in file order.</summary>
    public const int MaxNeutralHadrons = 200;

    /// <summary>The most particles an event can have: the lepton and the kept objects (801).</summary>
    public const int MaxParticles = 1 + MaxTracks + MaxPhotons + MaxNeutralHadrons;

    /// <summary>Energy of a massless particle, GeV.</summary>
    public const int Energy = 0;

    /// <summary>Momentum along x, GeV.</summary>
    public const int Px = 1;

    /// <summary>Momentum along y, GeV.</summary>
    public const int Py = 2;

    /// <summary>Momentum along the beam, GeV.</summary>
    public const int Pz = 3;

    /// <summary>Transverse momentum (tracks, leptons) or transverse energy (photons, neutral hadrons), GeV.</summary>
    public const int Pt = 4;

    /// <summary>Pseudorapidity.</summary>
    public const int Eta = 5;

    /// <summary>Azimuth, rad.</summary>
    public const int Phi = 6;

    /// <summary>Origin of a track, x in mm; 0 for the rest.</summary>
    public const int VtxX = 7;

    /// <summary>Origin of a track, y in mm; 0 for the rest.</summary>
    public const int VtxY = 8;

    /// <summary>Origin of a track, z in mm; 0 for the rest.</summary>
    public const int VtxZ = 9;

    /// <summary>Σp_T of tracks in ΔR &lt; 0.3 over the particle's p_T.</summary>
    public const int ChPFIso = 10;

    /// <summary>The same for photons.</summary>
    public const int GammaPFIso = 11;

    /// <summary>The same for neutral hadrons.</summary>
    public const int NeuPFIso = 12;

    /// <summary>1 for a track.</summary>
    public const int IsChHad = 13;

    /// <summary>1 for a neutral hadron.</summary>
    public const int IsNeuHad = 14;

    /// <summary>1 for a photon.</summary>
    public const int IsGamma = 15;

    /// <summary>1 for the selected lepton when an electron.</summary>
    public const int IsEle = 16;

    /// <summary>1 for the selected lepton when a muon.</summary>
    public const int IsMu = 17;

    /// <summary>Charge of the lepton; for a track the sign of its PDG id (−1, 0, 1), as published; 0 for neutrals.</summary>
    public const int Charge = 18;

    /// <summary>The names, in column order.</summary>
    public static IReadOnlyList<string> Names { get; } =
    [
        "Energy", "Px", "Py", "Pz", "Pt", "Eta", "Phi", "VtxX", "VtxY", "VtxZ", "ChPFIso", "GammaPFIso", "NeuPFIso",
        "IsChHad", "IsNeuHad", "IsGamma", "IsEle", "IsMu", "Charge",
    ];
}
