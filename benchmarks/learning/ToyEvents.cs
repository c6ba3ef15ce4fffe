using DaprHep.Learning.Training;

namespace DaprHep.Benchmarks.Learning;

/// <summary>Events in overlapping clouds, one a class; speed does not depend on what they mean.</summary>
internal static class ToyEvents
{
    internal static LabelledEvents Draw(int count, int features, int classes)
    {
        var random = new Random(1);
        var values = new float[count * features];
        var labels = new sbyte[count];
        for (var i = 0; i < count; i++)
        {
            labels[i] = (sbyte)random.Next(classes);
            for (var f = 0; f < features; f++)
                values[i * features + f] = (float)(random.NextDouble() * 0.7 + (f % classes == labels[i] ? 0.3 : 0) * random.NextDouble());
        }

        return new LabelledEvents(values, labels, features);
    }

    /// <summary>The same with particles, whose numbers are spread as those of real events: 86 on average, from 4 to 300.</summary>
    internal static LabelledEvents DrawWithParticles(int count, int features, int classes)
    {
        var events = Draw(count, features, classes);
        var random = new Random(2);
        var offsets = new int[count + 1];
        for (var i = 0; i < count; i++)
        {
            // Gamma distribution of shape 6: the sum of six exponential ones.
            var sum = 0.0;
            for (var k = 0; k < 6; k++)
                sum -= Math.Log(1 - random.NextDouble());
            offsets[i + 1] = offsets[i] + Math.Clamp((int)(sum * 86 / 6), 4, 300);
        }

        var values = new float[offsets[^1] * ParticleSequences.Columns];
        foreach (ref var value in values.AsSpan())
            value = (float)(2 * random.NextDouble() - 1);
        return new LabelledEvents(events.Features, events.Labels, features, new ParticleSequences(values, offsets, default));
    }
}
