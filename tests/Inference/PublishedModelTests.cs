using System.Globalization;
using DaprHep.Learning.Inference;

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
        Predictor predictor = Predictor.From(PublishedModel.Convert(golden));
        string[] files = ["qcd_0", "ttbar_0", "wlnu_0"];
        Dictionary<ulong, RawEvents>[] events = [.. files.Select(name => PublishedModel.Read(Path.Combine(golden, "cern2019", $"{name}.arrow")))];
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
}
