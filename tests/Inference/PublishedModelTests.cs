using System.Globalization;
using System.Text.Json.Nodes;
using Apache.Arrow;
using Apache.Arrow.Ipc;
using DaprHep.Learning.Artifacts;
using DaprHep.Learning.Inference;
using DaprHep.Learning.Models;
using DaprHep.Physics;

namespace DaprHep.Inference.Tests;

/// <summary>The weights that CERN published for arXiv:1909.10389, where they are at hand; they are not part of the repository.</summary>
public class PublishedModelTests
{
    [Fact]
    public void The_published_model_predicts_from_raw_events_what_was_published()
    {
        if (Repository.Shared is not { } shared)
            return;
        string golden = Path.Combine(shared, "golden");
        Predictor predictor = Predictor.From(Convert(golden));
        string[] files = ["qcd_0", "ttbar_0", "wlnu_0"];
        Dictionary<ulong, RawEvents>[] events = [.. files.Select(name => Read(Path.Combine(golden, "cern2019", $"{name}.arrow")))];
        string[][] lines = [.. File.ReadLines(Path.Combine(golden, "model", "predictions.csv")).Skip(1).Select(line => line.Split(','))];
        lines.Length.ShouldBe(24);
        foreach (string[] line in lines)
        {
            float[] found = Models.Predict(predictor, events[Number(line[1])][(ulong)Number(line[0])]);
            for (int c = 0; c < 3; c++)
                found[c].ShouldBe((float)double.Parse(line[2 + c], CultureInfo.InvariantCulture), 1e-4f, string.Join(',', line));
        }

        static int Number(string text) => int.Parse(text, CultureInfo.InvariantCulture);
    }

    /// <summary>The published weights and scaling in our own format.</summary>
    private static SavedModel Convert(string golden)
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

    private static Dictionary<ulong, RawEvents> Read(string path)
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
