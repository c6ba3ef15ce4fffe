using System.Text.Json.Nodes;
using Apache.Arrow;
using Apache.Arrow.Ipc;
using DaprHep.Learning.Artifacts;
using DaprHep.Learning.Models;
using DaprHep.Physics;

namespace DaprHep.Inference.Tests;

/// <summary>What CERN published for arXiv:1909.10389, from the folder that has it.</summary>
internal static class PublishedModel
{
    /// <summary>The published weights and scaling in our own format.</summary>
    public static SavedModel Convert(string golden)
    {
        using Classifier model = ModelRegistry.Create("inclusive", HlfColumns.Count, 3, seed: 1);
        model.ImportWeights(SafetensorsReader.Read(File.ReadAllBytes(Path.Combine(golden, "model", "inclusive-gru.safetensors"))));
        JsonNode ranges = JsonNode.Parse(File.ReadAllBytes(Path.Combine(golden, "cern2019", "hlf_minmax.json")))!;
        return SavedModel.From(model, new ModelDescription
        {
            Model = model.Name,
            Features = [.. HlfColumns.Names.Select((name, k) => new FeatureScaling(name, (double)ranges["min"]![k]!, (double)ranges["max"]![k]!))],
            Classes = Models.Classes,
            Physics = PhysicsProfile.Cern2019.Name(),
        });
    }

    /// <summary>The events of a reference file by their tree entry.</summary>
    public static Dictionary<ulong, RawEvents> Read(string path)
    {
        using FileStream stream = File.OpenRead(path);
        using var reader = new ArrowFileReader(stream);
        var events = new Dictionary<ulong, RawEvents>();
        while (reader.ReadNextRecordBatch() is { } batch)
        {
            for (int i = 0; i < batch.Length; i++)
            {
                var hlf = (DoubleArray)((FixedSizeListArray)batch.Column("hlf")).GetSlicedValues(i)!;
                var rows = (FixedSizeListArray)((ListArray)batch.Column("particles")).GetSlicedValues(i)!;
                float[] particles = ((FloatArray)rows.Values).Values.Slice(rows.Offset * 19, rows.Length * 19).ToArray();
                events.Add(
                    ((UInt64Array)batch.Column("entry")).GetValue(i)!.Value,
                    new RawEvents([.. hlf.Values.ToArray().Select(x => (float)x)], particles, [0, rows.Length]));
            }
        }
        return events;
    }
}
