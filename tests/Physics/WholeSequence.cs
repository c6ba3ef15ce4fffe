namespace DaprHep.Physics.Tests;

/// <summary>The sequence of an event as the reference has it, its padding repeated.</summary>
internal static class WholeSequence
{
    public static float[] Of(PhysicsProfile profile, ReadOnlySpan<float> rows)
    {
        var sequence = new float[ParticleSequence.Rows(profile, rows.Length / ParticleColumns.Count) * ParticleColumns.Count];
        var paddingRow = ParticleSequence.Write(profile, rows, sequence);
        if (paddingRow >= 0)
        {
            var whole = new float[ParticleColumns.MaxParticles * ParticleColumns.Count];
            ParticleSequence.Expand(sequence, paddingRow, whole);
            sequence = whole;
        }
        return sequence;
    }
}
