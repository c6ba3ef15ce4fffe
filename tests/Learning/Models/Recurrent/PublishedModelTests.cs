using System.Globalization;
using Apache.Arrow;
using Apache.Arrow.Ipc;
using DaprHep.Learning.Artifacts;
using DaprHep.Learning.Models;
using DaprHep.Learning.Training;

namespace DaprHep.Learning.Tests.Models.Recurrent;

/// <summary>The weights that CERN published for arXiv:1909.10389, where they are at hand; they are not part of the repository.</summary>
public class PublishedModelTests
{
    [Fact]
    public void Predictions_of_the_published_model_are_reproduced_with_and_without_collapsing_the_padding()
    {
        if (Repository.Shared is not { } shared)
            return;
        var golden = Path.Combine(shared, "golden");
        using var model = ModelRegistry.Create("inclusive", 14, 3, seed: 1);
        model.ImportWeights(SafetensorsReader.Read(File.ReadAllBytes(Path.Combine(golden, "model", "inclusive-gru.safetensors"))));
        var expected = File.ReadLines(Path.Combine(golden, "model", "predictions.csv")).Skip(1)
            .SelectMany(line => line.Split(',')[2..]).Select(text => double.Parse(text, CultureInfo.InvariantCulture)).ToArray();

        var (features, events) = Read(Path.Combine(golden, "cern2019", "features.arrow"));
        var stepped = model.Probabilities(new EventInputs(features, 14, Sequences(events, collapse: false)));
        stepped.Length.ShouldBe(expected.Length);
        for (var i = 0; i < expected.Length; i++)
            stepped[i].ShouldBe((float)expected[i], 1e-4f, $"event {i / 3}, class {i % 3}");
        model.Probabilities(new EventInputs(features, 14, Sequences(events, collapse: true))).ShouldBe(stepped);
    }

    private static ParticleSequences Sequences(List<float[]> events, bool collapse)
    {
        List<float> values = [];
        List<int> offsets = [0], padding = [];
        foreach (var rows in events)
        {
            rows.Length.ShouldBe(801 * 19);
            var (first, length) = collapse ? LongestRun(rows) : (-1, 1);
            padding.Add(first);
            for (var row = 0; row < 801; row++)
            {
                if (row <= first || row >= first + length)
                    values.AddRange(rows.AsSpan(19 * row, 19));
            }

            offsets.Add(values.Count / 19);
        }

        return new ParticleSequences(values.ToArray(), offsets.ToArray(), padding.ToArray());
    }

    private static (int First, int Length) LongestRun(float[] rows)
    {
        var best = (First: 0, Length: 1);
        for (var first = 0; first < 801;)
        {
            var end = first + 1;
            while (end < 801 && rows.AsSpan(19 * first, 19).SequenceEqual(rows.AsSpan(19 * end, 19)))
                end++;
            if (end - first > best.Length)
                best = (first, end - first);
            first = end;
        }

        return best;
    }

    private static (float[] Features, List<float[]> Events) Read(string path)
    {
        using var stream = File.OpenRead(path);
        using var reader = new ArrowFileReader(stream);
        List<float> features = [];
        List<float[]> events = [];
        while (reader.ReadNextRecordBatch() is { } batch)
        {
            for (var i = 0; i < batch.Length; i++)
            {
                var own = ((FixedSizeListArray)batch.Column("hlf")).GetSlicedValues(i)!;
                features.AddRange(((DoubleArray)own).Values.ToArray().Select(x => (float)x));
                var rows = (FixedSizeListArray)((ListArray)batch.Column("particles")).GetSlicedValues(i)!;
                events.Add(((FloatArray)rows.Values).Values.Slice(rows.Offset * 19, rows.Length * 19).ToArray());
            }
        }

        return ([.. features], events);
    }
}
