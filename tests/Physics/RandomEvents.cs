namespace DaprHep.Physics.Tests;

/// <summary>Random events with some structure: leptons, and objects strewn around them and everywhere.</summary>
internal static class RandomEvents
{
    public static MadeEvent Make(int seed, int objects = 120)
    {
        var random = new Random(seed);
        var made = new MadeEvent();
        made.MissingEt[0] = (Exponential(random, 40), Phi(random));
        for (var i = random.Next(1, 4); i > 0; i--)
        {
            var (pt, eta, phi) = (20 + Exponential(random, 25), Eta(random), Phi(random));
            (random.Next(2) == 0 ? made.Electrons : made.Muons).Add((pt, eta, phi, random.Next(2) == 0 ? 1 : -1));
            if (random.Next(4) > 0)
                made.Tracks.Add((pt, eta, phi, 0, 0, 0, 11));
            for (var near = random.Next(3); near > 0; near--)
                made.Tracks.Add((Exponential(random, 2), eta + (float)random.NextDouble() * 0.3f, phi, 0, 0, 0, 211));
        }
        for (var i = random.Next(objects); i > 0; i--)
        {
            var (x, y, z) = (Eta(random), Eta(random), Eta(random));
            made.Tracks.Add((Exponential(random, 2), Eta(random), Phi(random), x, y, z, random.Next(-300, 300)));
        }
        for (var i = random.Next(objects); i > 0; i--)
            made.Photons.Add((Exponential(random, 2), Eta(random), Phi(random)));
        for (var i = random.Next(objects); i > 0; i--)
            made.Neutrals.Add((Exponential(random, 2), Eta(random), Phi(random)));
        for (var i = random.Next(6); i > 0; i--)
            made.Jets.Add((Exponential(random, 50), Eta(random), (uint)random.Next(2)));
        return made;
    }

    /// <summary>Events of the seeds from 0 on.</summary>
    public static MadeEvent[] MakeMany(int count) => [.. Enumerable.Range(0, count).Select(seed => Make(seed))];

    /// <summary>The same event seen in a frame turned by <paramref name="angle"/> around the beam.</summary>
    public static MadeEvent Rotate(MadeEvent original, double angle)
    {
        float Turn(float phi) => (float)AngularDistance.WrapToPi(phi + angle);
        var turned = new MadeEvent();
        turned.MissingEt[0] = (original.MissingEt[0].Met, Turn(original.MissingEt[0].Phi));
        turned.Tracks.AddRange(original.Tracks.Select(track => track with { Phi = Turn(track.Phi) }));
        turned.Photons.AddRange(original.Photons.Select(photon => photon with { Phi = Turn(photon.Phi) }));
        turned.Neutrals.AddRange(original.Neutrals.Select(neutral => neutral with { Phi = Turn(neutral.Phi) }));
        turned.Electrons.AddRange(original.Electrons.Select(electron => electron with { Phi = Turn(electron.Phi) }));
        turned.Muons.AddRange(original.Muons.Select(muon => muon with { Phi = Turn(muon.Phi) }));
        turned.Jets.AddRange(original.Jets);
        return turned;
    }

    private static float Exponential(Random random, double mean) => (float)(-mean * Math.Log(1 - random.NextDouble()));

    private static float Eta(Random random) => (float)((random.NextDouble() * 5) - 2.5);

    private static float Phi(Random random) => (float)((random.NextDouble() * Math.Tau) - Math.PI);
}
