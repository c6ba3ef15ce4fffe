namespace DaprHep.Physics;

/// <summary>The feature stage of particles: from the rows of one event to the sequence a recurrent network reads.</summary>
public static class ParticleSequence
{
    /// <summary>Rows that <see cref="Write"/> gives for an event with <paramref name="particles"/> particles.</summary>
    public static int Rows(PhysicsProfile profile, int particles) =>
        profile == PhysicsProfile.Cern2019 && particles < ParticleColumns.MaxParticles ? particles + 1 : particles;

    /// <summary>
    /// Sorts the particles by decreasing ΔR to the lepton and standardises each column over the event.
    /// <see cref="PhysicsProfile.Cern2019"/> first pads the event with rows of zeros to 801, so that they stand in the midst of the
    /// sequence, at the distance of (η, φ) = (0, 0), behind particles as far away, and count in mean and deviation. They are all equal:
    /// one row is written for them, and <see cref="Expand"/> repeats it.
    /// </summary>
    /// <param name="profile">Which of the two to do.</param>
    /// <param name="rows">Particle rows of one event [n × 19], the lepton first, 1 ≤ n ≤ 801.</param>
    /// <param name="destination">Receives <see cref="Rows"/> × 19 values; must not overlap <paramref name="rows"/>.</param>
    /// <returns>The row that stands for the padding, or −1 where there is none.</returns>
    /// <exception cref="ArgumentException">The rows are not those of one event, or the destination is too short.</exception>
    public static int Write(PhysicsProfile profile, ReadOnlySpan<float> rows, Span<float> destination)
    {
        var particles = ParticlesIn(rows);
        var written = Rows(profile, particles);
        if (destination.Length < written * ParticleColumns.Count)
        {
            throw new ArgumentException(
                $"the sequence has {written * ParticleColumns.Count} values and the destination {destination.Length}", nameof(destination));
        }

        Span<int> order = stackalloc int[particles];
        Span<double> deltaR = stackalloc double[particles];
        ParticleOrder.ByDecreasingDeltaR(rows, order, deltaR);
        var padding = profile == PhysicsProfile.Cern2019 ? ParticleColumns.MaxParticles - particles : 0;
        var standardisation = new ParticleStandardisation(rows, padding, stackalloc double[2 * ParticleColumns.Count]);

        var paddingRow = padding > 0 ? PaddingStart(rows, deltaR) : -1;
        for (var i = 0; i < particles; i++)
        {
            var row = rows.Slice(order[i] * ParticleColumns.Count, ParticleColumns.Count);
            standardisation.Apply(row, Row(destination, paddingRow >= 0 && i >= paddingRow ? i + 1 : i));
        }
        if (paddingRow >= 0)
            standardisation.ApplyToZeros(Row(destination, paddingRow));
        return paddingRow;
    }

    /// <summary>Repeats the row that stands for the padding, so that the sequence has its 801 rows.</summary>
    /// <param name="rows">What <see cref="Write"/> gave.</param>
    /// <param name="paddingRow">What it returned, not −1.</param>
    /// <param name="destination">Receives 801 × 19 values.</param>
    /// <exception cref="ArgumentException">There is no such row, or the destination is too short.</exception>
    public static void Expand(ReadOnlySpan<float> rows, int paddingRow, Span<float> destination)
    {
        var written = ParticlesIn(rows);
        if ((uint)paddingRow >= (uint)written)
            throw new ArgumentException($"row {paddingRow} cannot stand for the padding of a sequence of {written} rows", nameof(paddingRow));
        var run = ParticleColumns.MaxParticles - written + 1;
        rows[..(paddingRow * ParticleColumns.Count)].CopyTo(destination);
        for (var i = 0; i < run; i++)
            rows.Slice(paddingRow * ParticleColumns.Count, ParticleColumns.Count).CopyTo(Row(destination, paddingRow + i));
        rows[((paddingRow + 1) * ParticleColumns.Count)..].CopyTo(destination[((paddingRow + run) * ParticleColumns.Count)..]);
    }

    private static int ParticlesIn(ReadOnlySpan<float> rows)
    {
        var (particles, rest) = Math.DivRem(rows.Length, ParticleColumns.Count);
        if (rest == 0 && particles is > 0 and <= ParticleColumns.MaxParticles)
            return particles;
        throw new ArgumentException(
            $"the particles of an event are 1 to {ParticleColumns.MaxParticles} rows of {ParticleColumns.Count} values, not {rows.Length} values",
            nameof(rows));
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
