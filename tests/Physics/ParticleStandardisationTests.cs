namespace DaprHep.Physics.Tests;

public class ParticleStandardisationTests
{
    [Theory]
    [InlineData(1, 0)]
    [InlineData(1, 800)]
    [InlineData(2, 0)]
    [InlineData(120, 0)]
    [InlineData(120, 681)]
    [InlineData(801, 0)]
    public void All_columns_at_once_give_the_bits_of_each_alone(int particles, int zeroRows)
    {
        var random = new Random(particles + zeroRows);
        var rows = new float[particles * ParticleColumns.Count];
        for (var i = 0; i < rows.Length; i++)
        {
            // Some columns never vary, some have two values, one is far from zero.
            rows[i] = (i % ParticleColumns.Count) switch
            {
                3 => 0,
                7 => 0.1f,
                13 => random.Next(2),
                9 => (float)(1000 + random.NextDouble()),
                _ => (float)(200 * random.NextDouble() - 100),
            };
        }

        var scaling = new ParticleStandardisation(rows, zeroRows, new double[2 * ParticleColumns.Count]);
        var found = new float[rows.Length];
        for (var first = 0; first < rows.Length; first += ParticleColumns.Count)
            scaling.Apply(rows.AsSpan(first, ParticleColumns.Count), found.AsSpan(first, ParticleColumns.Count));
        for (var column = 0; column < ParticleColumns.Count; column++)
            Plain(rows, column, zeroRows).ShouldBe(Column(found, column), $"column {column}");
    }

    [Fact]
    public void Particles_at_one_distance_stay_in_their_order_however_many_there_are()
    {
        // Eight directions around the lepton, so that every distance comes many times.
        const int Particles = 400;
        var rows = new float[Particles * ParticleColumns.Count];
        var random = new Random(1);
        for (var i = 1; i < Particles; i++)
        {
            rows[i * ParticleColumns.Count + ParticleColumns.Eta] = random.Next(-2, 3);
            rows[i * ParticleColumns.Count + ParticleColumns.Phi] = random.Next(-2, 3);
        }

        var (order, deltaR) = (new int[Particles], new double[Particles]);
        ParticleOrder.ByDecreasingDeltaR(rows, order, deltaR);
        order.Order().ShouldBe(Enumerable.Range(0, Particles));
        for (var i = 1; i < Particles; i++)
            (deltaR[i - 1] > deltaR[i] || (deltaR[i - 1] == deltaR[i] && order[i - 1] < order[i])).ShouldBeTrue($"place {i}");
    }

    private static float[] Column(float[] rows, int column) =>
        [.. Enumerable.Range(0, rows.Length / ParticleColumns.Count).Select(i => rows[i * ParticleColumns.Count + column])];

    private static float[] Plain(float[] rows, int column, int zeroRows)
    {
        var values = Column(rows, column);
        double count = values.Length + zeroRows, sum = 0, squares = 0;
        foreach (var value in values)
            sum += value;
        var mean = sum / count;
        foreach (var value in values)
            squares += (value - mean) * (value - mean);
        var variance = (squares + (zeroRows * mean * mean)) / count;
        var isConstant = values.All(value => value == (zeroRows > 0 ? 0 : values[0]));
        var scale = isConstant || variance == 0 ? 0 : 1 / Math.Sqrt(variance);
        return Array.ConvertAll(values, value => (float)((value - mean) * scale));
    }
}
