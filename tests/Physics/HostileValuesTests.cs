namespace DaprHep.Physics.Tests;

public sealed class HostileValuesTests
{
    private static readonly float[] Hostile =
    [
        float.NaN, float.PositiveInfinity, float.NegativeInfinity, float.MaxValue, float.MinValue, float.Epsilon,
        -0f, 1e30f, -1e30f, 1000, -1000,
    ];

    [Theory]
    [InlineData(PhysicsProfile.Standard)]
    [InlineData(PhysicsProfile.Cern2019)]
    public void Whatever_the_values_what_is_selected_is_finite_and_every_event_is_accounted_for(PhysicsProfile profile)
    {
        var made = Enumerable.Range(0, 3000).Select(Poisoned).ToArray();
        var (selection, cutFlow) = EventTable.Convert(profile, made);
        selection.Hlf.ToArray().ShouldAllBe(value => float.IsFinite(value));
        selection.Particles.ToArray().ShouldAllBe(value => float.IsFinite(value));
        cutFlow.Isolated.ShouldBe(cutFlow.Selected + cutFlow.Invalid);
        cutFlow.Invalid.ShouldBeGreaterThan(100);
        cutFlow.Selected.ShouldBe(selection.Count);
        cutFlow.Selected.ShouldBeGreaterThan(100);
    }

    [Theory]
    [InlineData(PhysicsProfile.Standard)]
    [InlineData(PhysicsProfile.Cern2019)]
    public void An_event_without_missing_energy_is_invalid(PhysicsProfile profile)
    {
        var made = MadeEvent.WithIsolatedElectron();
        made.MissingEt.Clear();
        EventTable.Convert(profile, made).CutFlow.Invalid.ShouldBe(1);
    }

    [Theory]
    [InlineData(PhysicsProfile.Standard)]
    [InlineData(PhysicsProfile.Cern2019)]
    public void An_invalid_event_leaves_no_trace_in_its_neighbours(PhysicsProfile profile)
    {
        var bad = MadeEvent.WithIsolatedElectron();
        bad.Photons[0] = (float.PositiveInfinity, -1, -1);
        var (alone, _) = EventTable.Convert(profile, MadeEvent.WithIsolatedElectron());
        var (selection, cutFlow) = EventTable.Convert(profile, bad, MadeEvent.WithIsolatedElectron(), bad);
        cutFlow.ShouldBe(new CutFlow(3, 3, 3, 3, 1, 2));
        selection.Particles.ToArray().ShouldBe(alone.Particles.ToArray());
    }

    [Fact]
    public void More_leptons_or_objects_than_any_collision_has_make_the_event_invalid_at_no_cost()
    {
        var leptons = MadeEvent.WithIsolatedElectron();
        leptons.Muons.AddRange(Enumerable.Repeat((50f, 1f, 1f, 1), LeptonCandidates.MaxCandidates));
        var objects = MadeEvent.WithIsolatedElectron();
        objects.Neutrals.AddRange(Enumerable.Repeat((50f, -1f, -1f), ConeObjects.MaxObjects));
        EventTable.Convert(PhysicsProfile.Standard, leptons, objects).CutFlow.ShouldBe(new CutFlow(2, 0, 0, 0, 0, 2));
    }

    [Fact]
    public void Azimuths_beyond_pi_give_the_isolation_of_the_same_directions_in_standard()
    {
        for (var seed = 0; seed < 40; seed++)
        {
            var made = RandomEvents.Make(seed);
            var (expected, _) = EventTable.Convert(PhysicsProfile.Standard, made);
            for (var i = 0; i < made.Tracks.Count; i++)
                made.Tracks[i] = made.Tracks[i] with { Phi = (float)(made.Tracks[i].Phi + (Math.Tau * ((i % 5) - 2))) };
            var (selection, _) = EventTable.Convert(PhysicsProfile.Standard, made);
            selection.ParticleCount.ShouldBe(expected.ParticleCount);
            for (var i = ParticleColumns.ChPFIso; i < expected.Particles.Length; i += ParticleColumns.Count)
                Agreement.Within(selection.Particles[i], expected.Particles[i], 1e-5).ShouldBeTrue($"seed {seed}, value {i}");
        }
    }

    private static MadeEvent Poisoned(int seed)
    {
        var made = RandomEvents.Make(seed, objects: 30);
        var random = new Random(seed + 1_000_000);
        float Poison(float value) => random.Next(60) == 0 ? Hostile[random.Next(Hostile.Length)] : value;
        for (var i = 0; i < made.Tracks.Count; i++)
        {
            var (pt, eta, phi, x, y, z, pid) = made.Tracks[i];
            made.Tracks[i] = (Poison(pt), Poison(eta), Poison(phi), Poison(x), y, z, pid);
        }
        for (var i = 0; i < made.Photons.Count; i++)
            made.Photons[i] = (Poison(made.Photons[i].Et), Poison(made.Photons[i].Eta), Poison(made.Photons[i].Phi));
        for (var i = 0; i < made.Electrons.Count; i++)
            made.Electrons[i] = (Poison(made.Electrons[i].Pt), Poison(made.Electrons[i].Eta), Poison(made.Electrons[i].Phi), random.Next());
        for (var i = 0; i < made.Muons.Count; i++)
            made.Muons[i] = (Poison(made.Muons[i].Pt), Poison(made.Muons[i].Eta), Poison(made.Muons[i].Phi), int.MinValue);
        for (var i = 0; i < made.Jets.Count; i++)
            made.Jets[i] = (Poison(made.Jets[i].Pt), Poison(made.Jets[i].Eta), uint.MaxValue);
        made.MissingEt[0] = (Poison(made.MissingEt[0].Met), Poison(made.MissingEt[0].Phi));
        return made;
    }
}
