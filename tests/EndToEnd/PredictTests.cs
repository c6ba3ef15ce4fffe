using System.Globalization;
using System.Text.Json.Nodes;
using Apache.Arrow;
using Apache.Arrow.Ipc;
using DaprHep.Data.Datasets;
using DaprHep.Learning.Artifacts;
using DaprHep.Learning.Models;
using DaprHep.Learning.Training;

namespace DaprHep.EndToEnd.Tests;

/// <summary>A trained model on ROOT files, without anything in between.</summary>
public sealed class PredictTests(SampleRun run) : IClassFixture<SampleRun>, IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("daprhep-predict-").FullName;

    private string Model => Path.Combine(run.Out, "model");

    private static string SomeFiles => Path.Combine(Repository.Samples, "qcd", "*.root");

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory]
    [InlineData("hlf")]
    [InlineData("trees")]
    [InlineData("inclusive")]
    [InlineData("lstm")]
    public async Task Test_events_get_the_scores_that_evaluation_judges(string kind)
    {
        string trained = Path.Combine(_folder, "trained");
        DaprHepCommand.Result training = await DaprHepCommand.RunAsync("train", run.Out, "--model", kind, "--epochs", "2", "--out", trained);
        training.ExitCode.ShouldBe(0, training.Error);
        string output = Path.Combine(_folder, "x.arrow");
        await PredictAsync(Path.Combine(trained, "model"), output);
        Dictionary<ulong, float[]> found = ReadArrow(output);

        (LabelledEvents events, float[] expected) = await EvaluatedAsync(Path.Combine(trained, "model"), kind);
        events.Count.ShouldBeGreaterThan(50);
        for (int i = 0; i < events.Count; i++)
        {
            for (int c = 0; c < 3; c++)
                found[events.Ids.Span[i]][c].ShouldBe(expected[3 * i + c], 1e-6f, $"event {i}, class {c}");
        }
    }

    [Fact]
    public async Task Both_formats_say_the_same_and_the_counts_are_those_of_the_files()
    {
        string arrow = Path.Combine(_folder, "x.arrow"), csv = Path.Combine(_folder, "x.csv");
        await PredictAsync(Model, arrow);
        JsonNode counts = await PredictAsync(Model, csv);
        Dictionary<ulong, float[]> expected = ReadArrow(arrow);
        string[] lines = File.ReadAllLines(csv);
        lines[0].ShouldBe("file,entry,event,qcd,ttbar,wjets");
        lines.Length.ShouldBe(expected.Count + 1);
        foreach (string[] cells in lines.Skip(1).Select(line => line.Split(',')))
        {
            ulong id = ulong.Parse(cells[2], CultureInfo.InvariantCulture);
            ((uint)id).ToString(CultureInfo.InvariantCulture).ShouldBe(cells[1]);
            cells[3..].Select(cell => float.Parse(cell, CultureInfo.InvariantCulture)).ShouldBe(expected[id]);
        }
        counts["read"]!.GetValue<int>().ShouldBe(1500);
        counts["most probable"]!.AsObject().Sum(pair => pair.Value!.GetValue<int>()).ShouldBe(expected.Count);
    }

    [Fact]
    public async Task A_damaged_file_is_named_and_nothing_is_left_behind()
    {
        string broken = Path.Combine(_folder, "broken.root"), output = Path.Combine(_folder, "out", "x.csv");
        byte[] bytes = File.ReadAllBytes(Path.Combine(Repository.Samples, "qcd", "qcd_a.root"));
        bytes.AsSpan(bytes.Length / 4, bytes.Length / 2).Clear();
        File.WriteAllBytes(broken, bytes);
        await ShouldFail(3, [Model, Path.Combine(Repository.Samples, "qcd", "qcd_b.root"), broken, "--out", output], "broken.root");
        if (Directory.Exists(Path.GetDirectoryName(output)))
            Directory.GetFiles(Path.GetDirectoryName(output)!).ShouldBeEmpty();
    }

    [Fact]
    public async Task An_altered_model_is_refused()
    {
        foreach (string name in (string[])["model.json", "model.safetensors"])
            File.Copy(Path.Combine(Model, name), Path.Combine(_folder, name));
        string weights = Path.Combine(_folder, "model.safetensors");
        byte[] bytes = File.ReadAllBytes(weights);
        bytes[^1] ^= 1;
        File.WriteAllBytes(weights, bytes);
        await ShouldFail(3, [_folder, SomeFiles, "--out", Path.Combine(_folder, "x.csv")], "the file was altered");
        await ShouldFail(3, [Path.Combine(_folder, "nowhere"), SomeFiles, "--out", Path.Combine(_folder, "x.csv")], "no model.json");
        await ShouldFail(3, [run.Out, SomeFiles, "--out", Path.Combine(_folder, "x.csv")], $"no model.json; give {run.Out}/model");
        DaprHepCommand.Result serve = await DaprHepCommand.RunAsync("serve", run.Out, "--port", "0");
        (serve.ExitCode, serve.Error).ShouldBe((3, $"daprhep: {run.Out}: no model.json; give {run.Out}/model\n"));
    }

    [Fact]
    public async Task A_wrong_output_is_a_matter_of_usage()
    {
        await ShouldFail(2, [Model, SomeFiles, "--out", Path.Combine(_folder, "x.parquet")], ".arrow or .csv");
        await ShouldFail(2, [Model, SomeFiles], "--out");
        await ShouldFail(3, [Model, Path.Combine(_folder, "*.root"), "--out", Path.Combine(_folder, "x.csv")], "no such file");
    }

    private static async Task<JsonNode> PredictAsync(string model, string output)
    {
        string[] files = Directory.GetFiles(Repository.Samples, "*.root", SearchOption.AllDirectories);
        DaprHepCommand.Result result = await DaprHepCommand.RunAsync(["predict", model, .. files, "--out", output, "--json"]);
        result.ExitCode.ShouldBe(0, result.Error);
        return JsonNode.Parse(result.Output)!;
    }

    // As `evaluate` computes them: by the trainer's own code, from the test shards.
    private async Task<(LabelledEvents Events, float[] Probabilities)> EvaluatedAsync(string model, string kind)
    {
        DatasetLocation dataset = await DatasetLocation.FindAsync(run.Out, default);
        FeatureStatistics statistics = await dataset.Store.ReadJsonAsync(dataset.Statistics, StatisticsJson.Default.FeatureStatistics);
        LabelledEvents events = await TrainingShards.LoadAsync(dataset.Store, dataset.Statistics, statistics, DataSplit.Test, kind);
        var saved = new SavedModel(
            await File.ReadAllBytesAsync(Path.Combine(model, "model.safetensors")), await File.ReadAllBytesAsync(Path.Combine(model, "model.json")));
        using Classifier classifier = saved.Load().Model;
        return (events, classifier.Probabilities(events));
    }

    private static Dictionary<ulong, float[]> ReadArrow(string path)
    {
        using FileStream stream = File.OpenRead(path);
        using var reader = new ArrowFileReader(stream);
        var predictions = new Dictionary<ulong, float[]>();
        while (reader.ReadNextRecordBatch() is { } batch)
        {
            var ids = (UInt64Array)batch.Column("event");
            var values = (FloatArray)((FixedSizeListArray)batch.Column("probabilities")).Values;
            for (int i = 0; i < batch.Length; i++)
                predictions.Add(ids.GetValue(i)!.Value, values.Values.Slice(3 * i, 3).ToArray());
        }
        return predictions;
    }

    private static async Task ShouldFail(int code, string[] arguments, string mention)
    {
        DaprHepCommand.Result result = await DaprHepCommand.RunAsync(["predict", .. arguments]);
        result.ExitCode.ShouldBe(code, result.Error);
        result.Error.Trim().Split('\n')[^1].ShouldContain(mention);
    }
}
