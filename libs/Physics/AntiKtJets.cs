namespace DaprHep.Physics;

/// <summary>A jet.</summary>
/// <param name="Pt">Transverse momentum, GeV.</param>
/// <param name="Eta">Pseudorapidity.</param>
/// <param name="Phi">Azimuth, rad in (−π, π].</param>
/// <param name="Constituents">The rows of its particles.</param>
public sealed record Jet(double Pt, double Eta, double Phi, IReadOnlyList<int> Constituents);

/// <summary>
/// Jets by the anti-k_T algorithm (Cacciari, Salam, Soyez, JHEP 04 (2008) 063): the two nearest by d_ij = min(1/p_T²) ΔR²/R² are merged,
/// momenta added, until what is nearest is the beam. For events to look at: the number of steps grows with the square of the particles.
/// </summary>
public static class AntiKtJets
{
    /// <summary>Finds the jets of an event.</summary>
    /// <param name="particles">Particle rows, <see cref="ParticleColumns.Count"/> values each. Rows that are not finite or have no transverse momentum are left out.</param>
    /// <param name="radius">R, in ΔR.</param>
    /// <param name="leastPt">Jets of less transverse momentum (GeV) are left out.</param>
    /// <returns>The jets, the hardest first.</returns>
    public static IReadOnlyList<Jet> Find(ReadOnlySpan<float> particles, double radius, double leastPt)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(radius);
        List<Cluster> clusters = [];
        for (var row = 0; row < particles.Length / ParticleColumns.Count; row++)
        {
            var particle = particles.Slice(row * ParticleColumns.Count, ParticleColumns.Count);
            if (Cluster.Of(particle[ParticleColumns.Px], particle[ParticleColumns.Py], particle[ParticleColumns.Pz], [row]) is { } cluster)
                clusters.Add(cluster);
        }

        foreach (var cluster in clusters)
            FindNearest(cluster, clusters, radius);
        List<Jet> jets = [];
        while (clusters.Count > 0)
        {
            var next = clusters[0];
            foreach (var cluster in clusters)
            {
                if (cluster.Least < next.Least)
                    next = cluster;
            }

            var other = next.Nearest;
            clusters.Remove(next);
            if (other is null)
            {
                if (next.Pt >= leastPt)
                    jets.Add(new Jet(next.Pt, next.Eta, next.Phi, next.Rows));
            }
            else
            {
                clusters.Remove(other);
                if (Cluster.Of(next.Px + other.Px, next.Py + other.Py, next.Pz + other.Pz, [.. next.Rows, .. other.Rows]) is { } merged)
                {
                    clusters.Add(merged);
                    FindNearest(merged, clusters, radius);
                    foreach (var cluster in clusters)
                        Offer(cluster, merged, radius);
                }
            }

            foreach (var cluster in clusters)
            {
                if (cluster.Nearest is { } lost && (ReferenceEquals(lost, next) || ReferenceEquals(lost, other)))
                    FindNearest(cluster, clusters, radius);
            }
        }

        return [.. jets.OrderByDescending(jet => jet.Pt)];
    }

    private static void FindNearest(Cluster cluster, List<Cluster> others, double radius)
    {
        (cluster.Nearest, cluster.Least) = (null, cluster.BeamDistance);
        foreach (var other in others)
            Offer(cluster, other, radius);
    }

    private static void Offer(Cluster cluster, Cluster other, double radius)
    {
        if (ReferenceEquals(cluster, other))
            return;
        var deltaR = AngularDistance.DeltaR(cluster.Eta, cluster.Phi, other.Eta, other.Phi) / radius;
        var distance = Math.Min(cluster.BeamDistance, other.BeamDistance) * deltaR * deltaR;
        if (distance < cluster.Least)
            (cluster.Nearest, cluster.Least) = (other, distance);
    }

    private sealed class Cluster
    {
        public double Px { get; private init; }

        public double Py { get; private init; }

        public double Pz { get; private init; }

        public double Pt { get; private init; }

        public double Eta { get; private init; }

        public double Phi { get; private init; }

        public required IReadOnlyList<int> Rows { get; init; }

        /// <summary>1/p_T².</summary>
        public double BeamDistance { get; private init; }

        /// <summary>What it is nearest to; null for the beam.</summary>
        public Cluster? Nearest { get; set; }

        /// <summary>How near that is.</summary>
        public double Least { get; set; }

        public static Cluster? Of(double px, double py, double pz, IReadOnlyList<int> rows)
        {
            var pt = Math.Sqrt((px * px) + (py * py));
            return pt > 1e-9 && double.IsFinite(pt) && double.IsFinite(pz)
                ? new Cluster
                {
                    Px = px, Py = py, Pz = pz, Pt = pt, Eta = Math.Asinh(pz / pt), Phi = Math.Atan2(py, px), BeamDistance = 1 / (pt * pt), Rows = rows,
                }
                : null;
        }
    }
}
