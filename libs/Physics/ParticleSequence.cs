namespace DaprHep.Physics;

/// <summary>The feature stage of particles: from the rows of one event to the sequence a recurrent network reads.</summary>
public static class ParticleSequence
{
    /// <summary>Rows of the sequence of an event with <paramref name="particles"/> particles.</summary>
    public static int Length(PhysicsProfile profile, int particles) =>
        profile == PhysicsProfile.Cern2019 ? ParticleColumns.MaxParticles : particles;

    /// <summary>
    /// Sorts the particles by decreasing ΔR to the lepton and standardises each column over the event.
    /// <see cref="PhysicsProfile.Cern2019"/> first pads the event with rows of zeros to 801, so that they stand in the midst of the
    /// sequence, at the distance of (η, φ) = (0, 0), behind particles as far away, and count in mean and deviation.
    /// </summary>
    /// <param name="profile">Which of the two to do.</param>
    /// <param name="rows">Particle rows of one event [n × 19], the lepton first, 1 ≤ n ≤ 801.</param>
    /// <param name="destination">Receives <see cref="Length"/> × 19 values; must not overlap <paramref name="rows"/>.</param>
    /// <exception cref="ArgumentException">The rows are not those of one event, or the destination is too short.</exception>
    public static void Write(PhysicsProfile profile, ReadOnlySpan<float> rows, Span<float> destination)
    {
        var (particles, rest) = Math.DivRem(rows.Length, ParticleColumns.Count);
        if (rest != 0 || particles is 0 or > ParticleColumns.MaxParticles)
        {
            throw new ArgumentException(
                $"the particles of an event are 1 to {ParticleColumns.MaxParticles} rows of {ParticleColumns.Count} values, " +
                $"not {rows.Length} values",
                nameof(rows));
        }
        var length = Length(profile, particles);
        if (destination.Length < length * ParticleColumns.Count)
        {
            throw new ArgumentException(
                $"the sequence has {length * ParticleColumns.Count} values and the destination {destination.Length}", nameof(destination));
        }

        Span<int> order = stackalloc int[particles];
        Span<double> deltaR = stackalloc double[particles];
        ParticleOrder.ByDecreasingDeltaR(rows, order, deltaR);
        var padding = length - particles;
        var standardisation = new ParticleStandardisation(rows, padding, stackalloc double[2 * ParticleColumns.Count]);

        var paddingStart = padding > 0 ? PaddingStart(rows, deltaR) : particles;
        for (var i = 0; i < particles; i++)
        {
            var row = rows.Slice(order[i] * ParticleColumns.Count, ParticleColumns.Count);
            standardisation.Apply(row, Row(destination, i < paddingStart ? i : i + padding));
        }
        if (padding > 0)
            standardisation.ApplyToZeros(Row(destination, paddingStart));
        for (var i = 1; i < padding; i++)
            Row(destination, paddingStart).CopyTo(Row(destination, paddingStart + i));
    }

    /// <summary>How many particles are at least as far from the lepton as a row of zeros.</summary>
    private static int PaddingStart(ReadOnlySpan<float> rows, ReadOnlySpan<double> deltaR)
    {
        var distance = AngularDistance.DeltaR(rows[ParticleColumns.Eta], rows[ParticleColumns.Phi], 0, 0);
        var start = 0;
        while (start < deltaR.Length && deltaR[start] >= distance)
            start++;
        return start;
    }

    private static Span<float> Row(Span<float> rows, int index) => rows.Slice(index * ParticleColumns.Count, ParticleColumns.Count);
}
