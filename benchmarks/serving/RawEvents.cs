using DaprHep.Physics;

namespace DaprHep.Benchmarks.Serving;

/// <summary>Made-up events as physics would compute them; speed does not depend on what they mean.</summary>
/// <param name="Hlf">[events, 14].</param>
/// <param name="Particles">[rows, 19], the lepton first.</param>
/// <param name="Offsets">[events + 1].</param>
internal sealed record RawEvents(float[] Hlf, float[] Particles, int[] Offsets)
{
    /// <summary>How many there are.</summary>
    public int Count => Offsets.Length - 1;

    /// <summary>Events with as many particles as simulated ones: 86 on average, from 4 to 300.</summary>
    public static RawEvents Draw(int count)
    {
        var random = new Random(2);
        var lengths = new int[count];
        foreach (ref int length in lengths.AsSpan())
        {
            // Gamma distribution of shape 6: the sum of six exponential ones.
            double sum = 0;
            for (int k = 0; k < 6; k++)
                sum -= Math.Log(1 - random.NextDouble());
            length = Math.Clamp((int)(sum * 86 / 6), 4, 300);
        }
        return OfLengths(lengths);
    }

    /// <summary>Events with given numbers of particles.</summary>
    public static RawEvents OfLengths(params int[] lengths)
    {
        var random = new Random(1);
        var offsets = new int[lengths.Length + 1];
        for (int i = 0; i < lengths.Length; i++)
            offsets[i + 1] = offsets[i] + lengths[i];
        var hlf = new float[lengths.Length * HlfColumns.Count];
        foreach (ref float value in hlf.AsSpan())
            value = (float)(100 * random.NextDouble());
        var particles = new float[offsets[^1] * ParticleColumns.Count];
        for (int row = 0; row < offsets[^1]; row++)
        {
            Span<float> particle = particles.AsSpan(row * ParticleColumns.Count, ParticleColumns.Count);
            foreach (ref float value in particle)
                value = (float)(20 * random.NextDouble() - 10);
            particle[ParticleColumns.Eta] = (float)(5 * random.NextDouble() - 2.5);
            particle[ParticleColumns.Phi] = (float)(6.28 * random.NextDouble() - 3.14);
        }
        return new RawEvents(hlf, particles, offsets);
    }
}
