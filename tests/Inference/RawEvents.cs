using DaprHep.Physics;
using DaprHep.Root;

namespace DaprHep.Inference.Tests;

/// <summary>Events as physics computes them.</summary>
/// <param name="Hlf">[events, 14].</param>
/// <param name="Particles">[rows, 19].</param>
/// <param name="Offsets">[events + 1].</param>
internal sealed record RawEvents(float[] Hlf, float[] Particles, int[] Offsets)
{
    /// <summary>How many there are.</summary>
    public int Count => Offsets.Length - 1;

    /// <summary>The selected events of the repository's own samples, with the class of each.</summary>
    public static (RawEvents Events, sbyte[] Labels) OfSamples(PhysicsProfile profile = PhysicsProfile.Standard)
    {
        List<float> hlf = [], particles = [];
        List<int> offsets = [0];
        List<sbyte> labels = [];
        string[] classes = ["qcd", "ttbar", "wjets"];
        for (sbyte label = 0; label < classes.Length; label++)
        {
            foreach (string path in Directory.GetFiles(Path.Combine(Repository.Samples, classes[label]), "*.root").Order(StringComparer.Ordinal))
            {
                using RootFile file = RootFile.Open(path);
                using var reader = new DelphesReader(file.Tree(DelphesBranches.Tree), 0);
                var converter = new EventConverter(profile);
                var selected = new TopologyEvents();
                while (reader.Next())
                {
                    selected.Clear();
                    converter.Convert(reader.Events, selected);
                    hlf.AddRange(selected.Hlf);
                    int before = particles.Count / ParticleColumns.Count;
                    particles.AddRange(selected.Particles);
                    foreach (int end in selected.ParticleOffsets[1..])
                        offsets.Add(before + end);
                    labels.AddRange(Enumerable.Repeat(label, selected.Count));
                }
            }
        }
        return (new RawEvents([.. hlf], [.. particles], [.. offsets]), [.. labels]);
    }

    /// <summary>Some of the events, in another order or more than once.</summary>
    public RawEvents Select(params ReadOnlySpan<int> events)
    {
        List<float> hlf = [], particles = [];
        List<int> offsets = [0];
        foreach (int i in events)
        {
            hlf.AddRange(Hlf.AsSpan(i * HlfColumns.Count, HlfColumns.Count));
            particles.AddRange(Particles.AsSpan(Offsets[i] * ParticleColumns.Count, (Offsets[i + 1] - Offsets[i]) * ParticleColumns.Count));
            offsets.Add(particles.Count / ParticleColumns.Count);
        }
        return new RawEvents([.. hlf], [.. particles], [.. offsets]);
    }
}
