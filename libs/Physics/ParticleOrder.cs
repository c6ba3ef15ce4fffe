namespace DaprHep.Physics;

/// <summary>The order of particles in a sequence: farthest from the lepton first.</summary>
public static class ParticleOrder
{
    /// <summary>
    /// The rows of one event by decreasing ΔR to the first of them, the lepton; those at equal ΔR stay in the order they have.
    /// </summary>
    /// <param name="rows">Particle rows [n × 19].</param>
    /// <param name="order">Receives row numbers [n].</param>
    /// <param name="deltaR">Receives the ΔR of each ordered row [n].</param>
    public static void ByDecreasingDeltaR(ReadOnlySpan<float> rows, Span<int> order, Span<double> deltaR)
    {
        double leptonEta = rows[ParticleColumns.Eta], leptonPhi = rows[ParticleColumns.Phi];
        var particles = rows.Length / ParticleColumns.Count;
        Span<(double DeltaR, int Row)> keys = particles <= ParticleColumns.MaxParticles
            ? stackalloc (double, int)[particles]
            : new (double, int)[particles];
        for (var i = 0; i < particles; i++)
        {
            var row = rows.Slice(i * ParticleColumns.Count, ParticleColumns.Count);
            keys[i] = (AngularDistance.DeltaR(leptonEta, leptonPhi, row[ParticleColumns.Eta], row[ParticleColumns.Phi]), i);
        }
        // The row number settles ties, which makes the unstable sort a stable one.
        keys.Sort(static (left, right) => left.DeltaR == right.DeltaR
            ? left.Row.CompareTo(right.Row)
            : right.DeltaR.CompareTo(left.DeltaR));
        for (var i = 0; i < particles; i++)
            (deltaR[i], order[i]) = keys[i];
    }
}
