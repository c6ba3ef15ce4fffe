namespace DaprHep.Physics.Tests;

/// <summary>
/// The two profiles written once more, in the plainest way: one object at a time, one pair at a time, no vectors. What the
/// library is compared with on random events.
/// </summary>
internal static class NaiveConversion
{
    private sealed record Thing(double Pt, double Eta, double Phi, double[] Vertex, int Charge);

    private sealed record Candidate(bool IsElectron, double Pt, double Eta, double Phi, int Charge, double[] Isolation);

    public static (double[] Hlf, double[][] Particles)? Convert(MadeEvent made, PhysicsProfile profile)
    {
        var standard = profile == PhysicsProfile.Standard;
        var tracks = made.Tracks.Where(t => t.Pt > 0.5f)
            .Select(t => new Thing(t.Pt, t.Eta, t.Phi, [t.X, t.Y, t.Z], Math.Sign(t.Pid))).ToList();
        var photons = made.Photons.Where(p => p.Et > 1).Select(p => new Thing(p.Et, p.Eta, p.Phi, [0, 0, 0], 0)).ToList();
        var neutrals = made.Neutrals.Where(n => n.Et > 1).Select(n => new Thing(n.Et, n.Eta, n.Phi, [0, 0, 0], 0)).ToList();
        if (!standard && (tracks.Count == 0 || photons.Count == 0 || neutrals.Count == 0))
            return null;

        double ConeSum(double eta, double phi, List<Thing> things, Func<Thing, bool> counts)
        {
            double sum = 0;
            foreach (var thing in things)
            {
                var deltaEta = thing.Eta - eta;
                var deltaPhi = thing.Phi - phi;
                if (standard)
                    deltaPhi = Math.Atan2(Math.Sin(deltaPhi), Math.Cos(deltaPhi));
                if ((deltaEta * deltaEta) + (deltaPhi * deltaPhi) < 0.09 && counts(thing))
                    sum += thing.Pt;
            }
            return sum;
        }

        bool IsLepton(Thing track, double eta, double phi)
        {
            var deltaPhi = Math.Atan2(Math.Sin(track.Phi - phi), Math.Cos(track.Phi - phi));
            return Math.Sqrt(((track.Eta - eta) * (track.Eta - eta)) + (deltaPhi * deltaPhi)) <= 1e-4;
        }

        var candidates = made.Electrons.Select(e => (IsElectron: true, Lepton: e))
            .Concat(made.Muons.Select(m => (IsElectron: false, Lepton: m)))
            .Where(c => c.Lepton.Pt > 23)
            .Select(c =>
            {
                var (pt, eta, phi, charge) = c.Lepton;
                var charged = ConeSum(eta, phi, tracks, track => !standard || !IsLepton(track, eta, phi)) / pt;
                return new Candidate(c.IsElectron, pt, eta, phi, charge, [
                    standard ? charged : charged - 1,
                    ConeSum(eta, phi, photons, _ => true) / pt,
                    ConeSum(eta, phi, neutrals, _ => true) / pt]);
            })
            .Where(c => c.Isolation.Sum() < 0.45).ToList();
        var electron = candidates.FirstOrDefault(c => c.IsElectron);
        var muon = candidates.FirstOrDefault(c => !c.IsElectron);
        var lepton = standard ? candidates.MaxBy(c => c.Pt)
            : electron is null ? muon
            : muon is null || electron.Eta > muon.Eta ? electron : muon;
        if (lepton is null)
            return null;

        double[] Row(Thing thing, List<Thing> collection, double isCharged, double isNeutral, double isPhoton)
        {
            bool Other(Thing other) => !standard || !ReferenceEquals(other, thing);
            double Isolation(List<Thing> things) =>
                ConeSum(thing.Eta, thing.Phi, things, ReferenceEquals(things, collection) ? Other : _ => true) / thing.Pt;
            return
            [
                thing.Pt * Math.Cosh(thing.Eta), thing.Pt * Math.Cos(thing.Phi), thing.Pt * Math.Sin(thing.Phi),
                thing.Pt * Math.Sinh(thing.Eta), thing.Pt, thing.Eta, thing.Phi, .. thing.Vertex,
                Isolation(tracks) - (standard ? 0 : 1), Isolation(photons), Isolation(neutrals),
                isCharged, isNeutral, isPhoton, 0, 0, thing.Charge,
            ];
        }

        var isElectron = lepton.IsElectron ? 1 : 0;
        List<double[]> particles =
        [
            [
                lepton.Pt * Math.Cosh(lepton.Eta), lepton.Pt * Math.Cos(lepton.Phi), lepton.Pt * Math.Sin(lepton.Phi),
                lepton.Pt * Math.Sinh(lepton.Eta), lepton.Pt, lepton.Eta, lepton.Phi, 0, 0, 0, .. lepton.Isolation,
                0, 0, 0, isElectron, 1 - isElectron, lepton.Charge,
            ],
        ];
        particles.AddRange(tracks.Where(t => !IsLepton(t, lepton.Eta, lepton.Phi)).Take(450).Select(t => Row(t, tracks, 1, 0, 0)));
        particles.AddRange(photons.Take(150).Select(p => Row(p, photons, 0, 0, 1)));
        particles.AddRange(neutrals.Take(200).Select(n => Row(n, neutrals, 0, 1, 0)));

        var jets = made.Jets.Where(j => j.Pt > 30 && Math.Abs(j.Eta) < 2.6).ToList();
        var (met, phiMet) = made.MissingEt[0];
        var mt = 2 * met * lepton.Pt * (1 - Math.Cos(lepton.Phi - phiMet));
        return (
            [
                jets.Sum(j => (double)j.Pt), met, phiMet, standard ? Math.Sqrt(mt) : mt, jets.Count, jets.Count(j => j.BTag > 0),
                lepton.Pt, lepton.Eta, lepton.Phi, .. lepton.Isolation, lepton.Charge, isElectron,
            ],
            [.. particles]);
    }
}
