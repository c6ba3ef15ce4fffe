namespace DaprHep.Physics;

/// <summary>The high-level features of an event: their order, names and number.</summary>
public static class HlfColumns
{
    /// <summary>Features an event.</summary>
    public const int Count = 14;

    /// <summary>Scalar sum of the p_T of the counted jets, GeV.</summary>
    public const int HT = 0;

    /// <summary>Missing transverse energy, GeV.</summary>
    public const int Met = 1;

    /// <summary>Azimuth of the missing transverse energy, rad.</summary>
    public const int PhiMet = 2;

    /// <summary>Transverse mass of lepton and missing energy, GeV (GeV² in <see cref="PhysicsProfile.Cern2019"/>).</summary>
    public const int MT = 3;

    /// <summary>Jets with p_T above 30 GeV and |η| below 2.6.</summary>
    public const int NJets = 4;

    /// <summary>Those of the counted jets with a b tag.</summary>
    public const int NBJets = 5;

    /// <summary>Transverse momentum of the selected lepton, GeV.</summary>
    public const int LepPt = 6;

    /// <summary>Pseudorapidity of the selected lepton.</summary>
    public const int LepEta = 7;

    /// <summary>Azimuth of the selected lepton, rad.</summary>
    public const int LepPhi = 8;

    /// <summary>Isolation of the lepton from tracks: Σp_T in ΔR &lt; 0.3 over the lepton's p_T.</summary>
    public const int LepIsoCh = 9;

    /// <summary>The same from photons.</summary>
    public const int LepIsoGamma = 10;

    /// <summary>The same from neutral hadrons.</summary>
    public const int LepIsoNeu = 11;

    /// <summary>Charge of the lepton, ±1.</summary>
    public const int LepCharge = 12;

    /// <summary>1 for an electron, 0 for a muon.</summary>
    public const int LepIsEle = 13;

    /// <summary>The names, in column order.</summary>
    public static IReadOnlyList<string> Names { get; } =
    [
        "HT", "MET", "PhiMET", "MT", "NJets", "NBJets", "LepPt", "LepEta", "LepPhi",
        "LepIsoCh", "LepIsoGamma", "LepIsoNeu", "LepCharge", "LepIsEle",
    ];
}
