using Apache.Arrow;
using Apache.Arrow.Ipc;

namespace DaprHep.Physics.Tests;

/// <summary>One event of a golden Arrow file.</summary>
/// <param name="Entry">Tree entry.</param>
/// <param name="Label">0 QCD, 1 top pair, 2 W+jets.</param>
/// <param name="Hlf">High-level features [14].</param>
/// <param name="Particles">Particle rows [n × 19].</param>
internal sealed record GoldenEvent(ulong Entry, int Label, double[] Hlf, float[] Particles)
{
    public static List<GoldenEvent> Read(string path)
    {
        using var stream = File.OpenRead(path);
        using var reader = new ArrowFileReader(stream);
        List<GoldenEvent> events = [];
        while (reader.ReadNextRecordBatch() is { } batch)
        {
            var entries = (UInt64Array)batch.Column("entry");
            var labels = (Int8Array)batch.Column("label");
            var hlf = (FixedSizeListArray)batch.Column("hlf");
            var particles = (ListArray)batch.Column("particles");
            for (var i = 0; i < batch.Length; i++)
            {
                var features = (DoubleArray)hlf.GetSlicedValues(i)!;
                var rows = (FixedSizeListArray)particles.GetSlicedValues(i)!;
                var (first, count) = (rows.Offset * ParticleColumns.Count, rows.Length * ParticleColumns.Count);
                var values = ((FloatArray)rows.Values).Values.Slice(first, count).ToArray();
                events.Add(new GoldenEvent(entries.GetValue(i)!.Value, labels.GetValue(i)!.Value, features.Values.ToArray(), values));
            }
        }
        return events;
    }
}
