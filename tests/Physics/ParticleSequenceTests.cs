namespace DaprHep.Physics.Tests;

public sealed class ParticleSequenceTests
{
    [Fact]
    public void Rows_at_equal_distance_keep_their_order()
    {
        var rows = Rows((0, 0), (1, 0), (0, 1), (-1, 0), (2, 0), (0, -1));
        var order = new int[6];
        var deltaR = new double[6];
        ParticleOrder.ByDecreasingDeltaR(rows, order, deltaR);
        order.ShouldBe([4, 1, 2, 3, 5, 0]);
        deltaR.ShouldBe([2, 1, 1, 1, 1, 0], 1e-12);
    }

    [Fact]
    public void Distance_is_measured_across_phi_pi()
    {
        var rows = Rows((0, 3.1f), (0, -3.1f), (0, 2.5f));
        var order = new int[3];
        ParticleOrder.ByDecreasingDeltaR(rows, order, new double[3]);
        order.ShouldBe([2, 1, 0]);
    }

    [Fact]
    public void Each_column_of_a_standard_sequence_has_mean_0_and_deviation_1_or_is_0()
    {
        var (selection, _) = EventTable.Convert(PhysicsProfile.Standard, RandomEvents.MakeMany(40));
        for (var i = 0; i < selection.Count; i++)
        {
            var sequence = WholeSequence.Of(PhysicsProfile.Standard, selection.ParticlesOf(i));
            sequence.Length.ShouldBe(selection.ParticlesOf(i).Length);
            for (var column = 0; column < ParticleColumns.Count; column++)
            {
                var values = Column(sequence, column);
                values.Average().ShouldBe(0, 1e-5);
                var variance = values.Average(value => value * value);
                (Math.Abs(variance - 1) < 1e-4 || variance == 0).ShouldBeTrue($"event {i}, {ParticleColumns.Names[column]}: {variance}");
            }
        }
    }

    [Fact]
    public void A_constant_column_becomes_0_even_where_its_mean_rounds()
    {
        var rows = Rows([.. Enumerable.Range(0, 7).Select(i => (0.1f, (float)i))]);
        Column(WholeSequence.Of(PhysicsProfile.Standard, rows), ParticleColumns.Eta).ShouldAllBe(value => value == 0);
    }

    [Fact]
    public void A_column_far_from_zero_keeps_its_digits()
    {
        var rows = Rows((0, 0), (0, 1), (0, 2));
        for (var i = 0; i < 3; i++)
            rows[(i * ParticleColumns.Count) + ParticleColumns.VtxZ] = 1_000_000 + i;
        var sequence = WholeSequence.Of(PhysicsProfile.Standard, rows);
        var expected = Math.Sqrt(1.5);
        Column(sequence, ParticleColumns.VtxZ).ShouldBe([expected, 0, -expected], 1e-6);
    }

    [Fact]
    public void Cern2019_equals_padding_with_zeros_before_sorting_and_standardising()
    {
        var (selection, _) = EventTable.Convert(PhysicsProfile.Cern2019, RandomEvents.MakeMany(30));
        for (var i = 0; i < selection.Count; i++)
        {
            var padded = new float[ParticleColumns.MaxParticles * ParticleColumns.Count];
            selection.ParticlesOf(i).CopyTo(padded);
            Agreement.ShouldAgree<float>(
                WholeSequence.Of(PhysicsProfile.Cern2019, selection.ParticlesOf(i)), WholeSequence.Of(PhysicsProfile.Standard, padded),
                ParticleColumns.Names, 1e-6, $"event {i}");
        }
    }

    [Fact]
    public void Padding_comes_behind_a_particle_as_far_from_the_lepton()
    {
        var rows = Rows((1, 1), (0, 0), (0.5f, 0.5f), (3, 3));
        for (var i = 0; i < 4; i++)
            rows[(i * ParticleColumns.Count) + ParticleColumns.Energy] = i + 1;
        var energies = Column(WholeSequence.Of(PhysicsProfile.Cern2019, rows), ParticleColumns.Energy);
        energies[0].ShouldBe(energies.Max());
        energies[1].ShouldBeGreaterThan(energies[2]);
        energies[2..799].ShouldAllBe(energy => energy == energies.Min());
        energies[799].ShouldBeGreaterThan(energies[800]);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(18)]
    [InlineData(802 * 19)]
    public void What_is_not_the_rows_of_an_event_is_refused(int values) =>
        Should.Throw<ArgumentException>(() => ParticleSequence.Write(PhysicsProfile.Standard, new float[values], new float[802 * 19]))
            .Message.ShouldContain($"not {values} values");

    [Fact]
    public void A_destination_that_is_too_short_is_refused() =>
        Should.Throw<ArgumentException>(() => ParticleSequence.Write(PhysicsProfile.Cern2019, new float[19], new float[19]))
            .Message.ShouldContain("38 values");

    private static double[] Column(float[] rows, int column) =>
        [.. Enumerable.Range(0, rows.Length / ParticleColumns.Count).Select(i => (double)rows[(i * ParticleColumns.Count) + column])];

    private static float[] Rows(params (float Eta, float Phi)[] directions)
    {
        var rows = new float[directions.Length * ParticleColumns.Count];
        for (var i = 0; i < directions.Length; i++)
        {
            rows[(i * ParticleColumns.Count) + ParticleColumns.Eta] = directions[i].Eta;
            rows[(i * ParticleColumns.Count) + ParticleColumns.Phi] = directions[i].Phi;
        }
        return rows;
    }
}
