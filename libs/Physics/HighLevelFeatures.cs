namespace DaprHep.Physics;

/// <summary>Computes the 14 high-level features of a selected event (columns: <see cref="HlfColumns"/>).</summary>
internal static class HighLevelFeatures
{
    /// <summary>Fills <paramref name="hlf"/>; the missing energy and its azimuth are not a number where the event has none.</summary>
    public static void Write(scoped in DelphesEvents events, int entry, in Lepton lepton, PhysicsProfile profile, Span<float> hlf)
    {
        var (ht, jets, bJets) = CountJets(events.JetPt[entry], events.JetEta[entry], events.JetBTag[entry]);
        double met = First(events.MissingEt[entry]), phiMet = First(events.MissingEtPhi[entry]);
        hlf[HlfColumns.HT] = (float)ht;
        hlf[HlfColumns.Met] = (float)met;
        hlf[HlfColumns.PhiMet] = (float)phiMet;
        hlf[HlfColumns.MT] = (float)TransverseMass(lepton, met, phiMet, profile);
        hlf[HlfColumns.NJets] = jets;
        hlf[HlfColumns.NBJets] = bJets;
        hlf[HlfColumns.LepPt] = (float)lepton.Pt;
        hlf[HlfColumns.LepEta] = (float)lepton.Eta;
        hlf[HlfColumns.LepPhi] = (float)lepton.Phi;
        hlf[HlfColumns.LepIsoCh] = (float)lepton.IsoCharged;
        hlf[HlfColumns.LepIsoGamma] = (float)lepton.IsoPhoton;
        hlf[HlfColumns.LepIsoNeu] = (float)lepton.IsoNeutral;
        hlf[HlfColumns.LepCharge] = lepton.Charge;
        hlf[HlfColumns.LepIsEle] = lepton.IsElectron ? 1 : 0;
    }

    private static (double Ht, int Jets, int BJets) CountJets(ReadOnlySpan<float> pt, ReadOnlySpan<float> eta, ReadOnlySpan<uint> bTag)
    {
        double ht = 0;
        var (jets, bJets) = (0, 0);
        for (var i = 0; i < pt.Length; i++)
        {
            if (!(pt[i] > SelectionCuts.JetPt) || !(Math.Abs((double)eta[i]) < SelectionCuts.JetEta))
                continue;
            ht += pt[i];
            jets++;
            bJets += bTag[i] != 0 ? 1 : 0;
        }
        return (ht, jets, bJets);
    }

    /// <summary>√(2·MET·p_T·(1 − cos Δφ)); the published pipeline leaves the root out.</summary>
    private static double TransverseMass(in Lepton lepton, double met, double phiMet, PhysicsProfile profile)
    {
        var squared = 2 * met * lepton.Pt * (1 - Math.Cos(lepton.Phi - phiMet));
        return profile == PhysicsProfile.Cern2019 ? squared : Math.Sqrt(squared);
    }

    private static double First(ReadOnlySpan<float> values) => values.IsEmpty ? double.NaN : values[0];
}
