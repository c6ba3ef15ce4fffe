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
}
