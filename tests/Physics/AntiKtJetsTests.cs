namespace DaprHep.Physics.Tests;

/// <summary>The jets of the event display.</summary>
public sealed class AntiKtJetsTests
{
    [Fact]
    public void Soft_particles_join_the_hard_one_within_the_radius_and_far_ones_are_jets_of_their_own()
    {
        float[] event3 = [.. Row(100, 0.5, 1), .. Row(2, 0.7, 1.1), .. Row(40, -1.2, -2), .. Row(1, 0.5, 1.5)];
        IReadOnlyList<Jet> jets = AntiKtJets.Find(event3, 0.4, 0);
        jets.Select(jet => jet.Constituents.Order().ToArray()).ShouldBe([[0, 1], [2], [3]]);
        jets[0].Pt.ShouldBeInRange(101.5, 102);
        AntiKtJets.Find(event3, 0.4, 30).Count.ShouldBe(2);
    }

    [Fact]
    public void Jets_reach_over_the_seam_of_the_azimuth()
    {
        IReadOnlyList<Jet> jets = AntiKtJets.Find([.. Row(50, 0, 3.1), .. Row(50, 0, -3.1)], 0.4, 0);
        jets.ShouldHaveSingleItem();
        Math.Abs(jets[0].Phi).ShouldBe(Math.PI, 1e-6);
    }

    [Fact]
    public void Every_particle_is_in_one_jet_and_momentum_is_kept()
    {
        var random = new Random(1);
        float[] many = [.. Enumerable.Range(0, 300).SelectMany(_ => Row(
            Math.Exp(random.NextDouble() * 5), (random.NextDouble() * 5) - 2.5, (random.NextDouble() * Math.Tau) - Math.PI))];
        IReadOnlyList<Jet> jets = AntiKtJets.Find(many, 0.4, 0);
        jets.SelectMany(jet => jet.Constituents).Order().ShouldBe(Enumerable.Range(0, 300));
        double px = Enumerable.Range(0, 300).Sum(row => (double)many[(row * ParticleColumns.Count) + ParticleColumns.Px]);
        jets.Sum(jet => jet.Pt * Math.Cos(jet.Phi)).ShouldBe(px, 0.01);
        jets.Select(jet => jet.Pt).ShouldBe(jets.Select(jet => jet.Pt).OrderDescending());
    }

    [Fact]
    public void Rows_without_a_direction_are_left_out()
    {
        float[] odd = [.. Row(0, 0, 0), .. Row(float.NaN, 0, 0), .. Row(20, 0, 0)];
        AntiKtJets.Find(odd, 0.4, 0).ShouldHaveSingleItem().Constituents.ShouldBe([2]);
        AntiKtJets.Find([], 0.4, 0).ShouldBeEmpty();
    }

    private static float[] Row(double pt, double eta, double phi)
    {
        var row = new float[ParticleColumns.Count];
        row[ParticleColumns.Px] = (float)(pt * Math.Cos(phi));
        row[ParticleColumns.Py] = (float)(pt * Math.Sin(phi));
        row[ParticleColumns.Pz] = (float)(pt * Math.Sinh(eta));
        return row;
    }
}
