using System.Globalization;
using System.Text.Json.Nodes;
using DaprHep.Inference.Tests;
using DaprHep.Physics;

namespace DaprHep.EndToEnd.Tests;

/// <summary>Weights that were trained elsewhere become a model that can be served.</summary>
public sealed class ConvertModelTests(SampleRun run) : IClassFixture<SampleRun>, IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("daprhep-convert-").FullName;

    private string Out => Path.Combine(_folder, "converted");

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task The_published_weights_are_converted_and_served_and_give_what_was_published()
    {
        if (Repository.Shared is not { } shared)
            return;
        string golden = Path.Combine(shared, "golden");
        await ConvertAsync(
            0, Path.Combine(golden, "model", "inclusive-gru.safetensors"),
            "--ranges", Path.Combine(golden, "cern2019", "hlf_minmax.json"), "--out", Out);
        await using ServedModel served = await ServedModel.StartAsync(Out, "--name", "cern2019");
        string[] files = ["qcd_0", "ttbar_0", "wlnu_0"];
        Dictionary<ulong, RawEvents>[] events =
            [.. files.Select(name => PublishedModel.Read(Path.Combine(golden, "cern2019", $"{name}.arrow")))];
        string[][] lines = [.. File.ReadLines(Path.Combine(golden, "model", "predictions.csv")).Skip(1).Select(line => line.Split(','))];
        lines.Length.ShouldBe(24);
        foreach (string[] line in lines)
        {
            RawEvents one = events[int.Parse(line[1], CultureInfo.InvariantCulture)][ulong.Parse(line[0], CultureInfo.InvariantCulture)];
            JsonNode answer = await ServedModel.PredictAsync(served.Http, "cern2019", BodyOf(one));
            float[] published = [.. line[2..5].Select(value => float.Parse(value, CultureInfo.InvariantCulture))];
            answer["predictions"]![0]!["probabilities"]!.AsArray().Select(p => p!.GetValue<float>()).ShouldBe(published, 1e-4);
        }
    }

    [Fact]
    public async Task A_model_of_our_own_is_the_same_after_it()
    {
        string model = Path.Combine(run.Out, "model");
        await ConvertAsync(0, Path.Combine(model, "model.safetensors"), "--ranges", RangesOf(model), "--out", Out, "--model", "hlf", "--physics", "standard");
        File.ReadAllBytes(Path.Combine(Out, "model.safetensors")).ShouldBe(File.ReadAllBytes(Path.Combine(model, "model.safetensors")));
        JsonNode converted = JsonNode.Parse(File.ReadAllBytes(Path.Combine(Out, "model.json")))!;
        JsonNode original = JsonNode.Parse(File.ReadAllBytes(Path.Combine(model, "model.json")))!;
        JsonNode.DeepEquals(converted["features"], original["features"]).ShouldBeTrue();
        string files = Path.Combine(Repository.Samples, "qcd", "*.root");
        string one = Path.Combine(_folder, "one.csv"), other = Path.Combine(_folder, "other.csv");
        (await DaprHepCommand.RunAsync("predict", model, files, "--out", one, "--max-events", "50")).ExitCode.ShouldBe(0);
        (await DaprHepCommand.RunAsync("predict", Out, files, "--out", other, "--max-events", "50")).ExitCode.ShouldBe(0);
        File.ReadAllText(other).ShouldBe(File.ReadAllText(one));
    }

    [Fact]
    public async Task What_does_not_fit_is_said_in_one_line_and_nothing_is_written()
    {
        string model = Path.Combine(run.Out, "model"), weights = Path.Combine(model, "model.safetensors"), ranges = RangesOf(model);
        await FailsAsync(3, "model.safetensors", weights, "--ranges", ranges, "--model", "inclusive");
        await FailsAsync(3, "nothing", Path.Combine(_folder, "nothing"), "--ranges", ranges, "--model", "hlf");
        await FailsAsync(3, "no JSON", weights, "--ranges", weights, "--model", "hlf");
        await FailsAsync(3, "colour", weights, "--ranges", ranges, "--model", "colour");
        await FailsAsync(2, "cern2019", weights, "--ranges", ranges, "--physics", "other");
        string swapped = Path.Combine(_folder, "swapped.json");
        File.WriteAllText(swapped, File.ReadAllText(ranges).Replace("\"MET\"", "\"Met\"", StringComparison.Ordinal));
        await FailsAsync(3, "$.names[1]", weights, "--ranges", swapped, "--model", "hlf");
        File.WriteAllText(swapped, """{"names":[],"min":[],"max":[]}""");
        await FailsAsync(3, "$.names", weights, "--ranges", swapped, "--model", "hlf");
        Directory.Exists(Out).ShouldBeFalse();

        async Task FailsAsync(int code, string what, params string[] arguments) =>
            (await ConvertAsync(code, [.. arguments, "--out", Out])).Trim().Split('\n').ShouldHaveSingleItem().ShouldContain(what);
    }

    private static async Task<string> ConvertAsync(int code, params string[] arguments)
    {
        DaprHepCommand.Result result = await DaprHepCommand.RunAsync(["models", "convert", .. arguments]);
        result.ExitCode.ShouldBe(code, result.Error);
        return result.Error;
    }

    private string RangesOf(string model)
    {
        JsonArray features = JsonNode.Parse(File.ReadAllBytes(Path.Combine(model, "model.json")))!["features"]!.AsArray();
        JsonArray Of(string name) => [.. features.Select(feature => feature![name]!.DeepClone())];
        string path = Path.Combine(_folder, "ranges.json");
        File.WriteAllText(path, new JsonObject { ["names"] = Of("name"), ["min"] = Of("min"), ["max"] = Of("max") }.ToJsonString());
        return path;
    }

    private static JsonObject BodyOf(RawEvents one)
    {
        JsonArray particles = [.. one.Particles.Chunk(ParticleColumns.Count).Select(row => (JsonNode)new JsonArray([.. row]))];
        return new JsonObject { ["events"] = new JsonArray(new JsonObject { ["hlf"] = new JsonArray([.. one.Hlf]), ["particles"] = particles }) };
    }
}
