namespace DaprHep.Physics;

/// <summary>The thresholds of the selection of arXiv:1909.10389, common to both profiles. Momenta and energies in GeV.</summary>
public static class SelectionCuts
{
    /// <summary>A lepton counts above this p_T.</summary>
    public const float LeptonPt = 23f;

    /// <summary>A lepton is isolated when its three isolations add up to less than this.</summary>
    public const double LeptonIsolation = 0.45;

    /// <summary>Radius of the isolation cone in (η, φ).</summary>
    public const double ConeRadius = 0.3;

    /// <summary>A track closer than this to the selected lepton is the lepton itself.</summary>
    public const double SameObjectRadius = 1e-4;

    /// <summary>A track counts above this p_T.</summary>
    public const float TrackPt = 0.5f;

    /// <summary>A photon or neutral hadron counts above this E_T.</summary>
    public const float NeutralEt = 1f;

    /// <summary>A jet counts above this p_T.</summary>
    public const float JetPt = 30f;

    /// <summary>A jet counts below this |η|. Compared in double precision, as the reference does.</summary>
    public const double JetEta = 2.6;
}
