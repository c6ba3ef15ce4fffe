using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace DaprHep.Physics;

/// <summary>The order of particles in a sequence: farthest from the lepton first.</summary>
public static class ParticleOrder
{
    private const int Lanes = 4;

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
        var padded = (particles + Lanes - 1) / Lanes * Lanes;
        Span<double> distances = particles <= ParticleColumns.MaxParticles ? stackalloc double[padded] : new double[padded];
        for (var i = 0; i < particles; i++)
        {
            var row = rows.Slice(i * ParticleColumns.Count, ParticleColumns.Count);
            var distance = AngularDistance.DeltaR(leptonEta, leptonPhi, row[ParticleColumns.Eta], row[ParticleColumns.Phi]);
            // What has no direction comes last; it compares with nothing, and every particle must have a place of its own.
            distances[i] = double.IsNaN(distance) ? -1 : distance;
        }
        distances[particles..].Fill(double.NegativeInfinity);
        for (var i = 0; i < particles; i++)
        {
            var place = PlaceOf(distances, i);
            (order[place], deltaR[place]) = (i, distances[i]);
        }
    }

    // How many come before it. For the few hundred particles of an event, counting with vectors is several times as fast as sorting, whose
    // comparisons no processor can foresee.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static int PlaceOf(ReadOnlySpan<double> distances, int index)
    {
        var own = Vector256.Create(distances[index]);
        Vector256<long> farther = default, equal = default;
        foreach (var others in MemoryMarshal.Cast<double, Vector256<double>>(distances))
        {
            farther -= Vector256.GreaterThan(others, own).AsInt64();
            equal -= Vector256.Equals(others, own).AsInt64();
        }
        var place = (int)Vector256.Sum(farther);
        return Vector256.Sum(equal) > 1 ? place + distances[..index].Count(distances[index]) : place;
    }
}
