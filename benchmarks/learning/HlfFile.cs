using Apache.Arrow;
using Apache.Arrow.Ipc;
using DaprHep.Learning.Training;

namespace DaprHep.Benchmarks.Learning;

/// <summary>High-level features of real events, in an Arrow file with the columns <c>label</c> and <c>hlf</c>.</summary>
internal static class HlfFile
{
    /// <summary>The events, each feature scaled to [0, 1].</summary>
    internal static LabelledEvents Read(string path, int features)
    {
        List<float> values = [];
        List<sbyte> labels = [];
        using var reader = new ArrowFileReader(File.OpenRead(path));
        while (reader.ReadNextRecordBatch() is { } batch)
        {
            labels.AddRange(((Int8Array)batch.Column("label")).Values);
            values.AddRange(((FloatArray)((FixedSizeListArray)batch.Column("hlf")).Values).Values);
        }

        var scaled = values.ToArray();
        for (var feature = 0; feature < features; feature++)
        {
            float min = float.MaxValue, max = float.MinValue;
            for (var i = feature; i < scaled.Length; i += features)
                (min, max) = (Math.Min(min, scaled[i]), Math.Max(max, scaled[i]));
            for (var i = feature; i < scaled.Length; i += features)
                scaled[i] = max > min ? (scaled[i] - min) / (max - min) : 0.5f;
        }

        return new LabelledEvents(scaled, labels.ToArray(), features);
    }
}
