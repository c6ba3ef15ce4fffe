using DaprHep.Learning.Training;

namespace DaprHep.Learning.Tests.Models.Recurrent;

/// <summary>Made-up events with particles.</summary>
internal static class ToySequences
{
    internal const int Features = 14, Classes = 3;

    /// <summary>Events of the given numbers of particles, all values in ±1.</summary>
    internal static LabelledEvents Draw(IReadOnlyList<int> lengths, int seed = 1)
    {
        var random = new SeededRandom(5, SeededRandom.Stream.Bootstrap, seed);
        var features = Values(lengths.Count * Features, ref random);
        var labels = new sbyte[lengths.Count];
        for (var i = 0; i < labels.Length; i++)
            labels[i] = (sbyte)(i < Classes ? i : random.NextBelow(Classes));
        var offsets = new int[lengths.Count + 1];
        for (var i = 0; i < lengths.Count; i++)
            offsets[i + 1] = offsets[i] + lengths[i];
        var particles = Values(offsets[^1] * ParticleSequences.Columns, ref random);
        return new LabelledEvents(features, labels, Features, new ParticleSequences(particles, offsets, default));
    }

    /// <summary>Lengths between two bounds.</summary>
    internal static int[] Lengths(int events, int shortest, int longest, int seed = 1)
    {
        var random = new SeededRandom(6, SeededRandom.Stream.Bootstrap, seed);
        var lengths = new int[events];
        foreach (ref var length in lengths.AsSpan())
            length = shortest + random.NextBelow(longest - shortest + 1);
        return lengths;
    }

    /// <summary>Events whose class shows only in the order of their particles: a mark in the first, in the last, or in neither.</summary>
    internal static TrainingData Ordered()
    {
        return new TrainingData(Marked(600, 1), Marked(200, 2));

        static LabelledEvents Marked(int count, int seed)
        {
            var drawn = Draw(Lengths(count, 2, 12, seed), seed);
            var particles = drawn.Particles!.Values.ToArray();
            var offsets = drawn.Particles.Offsets.Span;
            for (var i = 0; i < count; i++)
            {
                particles[offsets[i] * ParticleSequences.Columns] = drawn.Labels.Span[i] == 0 ? 2 : -2;
                particles[(offsets[i + 1] - 1) * ParticleSequences.Columns] = drawn.Labels.Span[i] == 1 ? 2 : -2;
            }

            return new LabelledEvents(
                drawn.Features, drawn.Labels, Features, new ParticleSequences(particles, drawn.Particles.Offsets, default));
        }
    }

    internal static EventBatch BatchOf(LabelledEvents events)
    {
        var batch = new EventBatch(events.Count, events.FeatureCount);
        batch.Gather(events, Enumerable.Range(0, events.Count).ToArray());
        return batch;
    }

    private static float[] Values(int count, ref SeededRandom random)
    {
        var values = new float[count];
        foreach (ref var value in values.AsSpan())
            value = (float)(2 * random.NextDouble() - 1);
        return values;
    }
}
