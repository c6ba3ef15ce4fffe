using System.Text.Json.Nodes;

namespace DaprHep.EndToEnd.Tests;

/// <summary>A saved model judged by itself.</summary>
public sealed class EvaluateTests(SampleRun run) : IClassFixture<SampleRun>, IDisposable
{
    private static readonly string[] OfRunsOnly = ["events", "seconds", "events_per_second", "peak_memory"];
    private readonly string _folder = Directory.CreateTempSubdirectory("daprhep-evaluate-").FullName;

    private string Model => Path.Combine(run.Out, "model");

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task It_finds_exactly_what_the_run_found()
    {
        DaprHepCommand.Result result = await DaprHepCommand.RunAsync("evaluate", Model, run.Out, "--json");
        result.ExitCode.ShouldBe(0, result.Error);
        JsonObject expected = run.Metrics.AsObject();
        foreach (string name in OfRunsOnly)
            expected.Remove(name);
        JsonNode.DeepEquals(JsonNode.Parse(result.Output), expected).ShouldBeTrue(result.Output);
    }

    [Fact]
    public async Task It_leaves_the_documents_that_a_run_leaves()
    {
        string output = Path.Combine(_folder, "out");
        string model = Directory.GetParent(Directory.GetFiles(Path.Combine(run.Out, "store", "models"), "model.json", SearchOption.AllDirectories)[0])!.FullName;
        string statistics = Directory.GetFiles(Path.Combine(run.Out, "store", "statistics"))[0];
        DaprHepCommand.Result result = await DaprHepCommand.RunAsync("evaluate", model, statistics, "--out", output);
        result.ExitCode.ShouldBe(0, result.Error);
        result.Output.ShouldContain("FPR at 95 % TPR");
        Directory.GetFiles(output).Select(Path.GetFileName).Order(StringComparer.Ordinal)
            .ShouldBe(["curves.json", "metrics.json", "report.html", "run.json"]);
        File.ReadAllText(Path.Combine(output, "curves.json")).ShouldBe(File.ReadAllText(Path.Combine(run.Out, "curves.json")));
        JsonNode record = JsonNode.Parse(File.ReadAllText(Path.Combine(output, "run.json")))!;
        record["parameters"]!["model"]!.GetValue<string>().ShouldBe("hlf");
        record["inputs"]!.AsArray().Count.ShouldBe(6);
    }

    [Fact]
    public Task A_folder_without_a_model_is_named() => ShouldFail([_folder, run.Out], _folder, "no model.json");

    [Fact]
    public Task A_place_without_a_dataset_is_named() => ShouldFail([Model, _folder], Path.GetFileName(_folder), "no dataset");

    [Fact]
    public async Task A_model_with_another_scaling_is_refused_and_leaves_nothing_behind()
    {
        foreach (string name in (string[])["model.json", "model.safetensors"])
            File.Copy(Path.Combine(Model, name), Path.Combine(_folder, name));
        string description = Path.Combine(_folder, "model.json");
        JsonNode json = JsonNode.Parse(File.ReadAllText(description))!;
        json["features"]![0]!["max"] = 12345.0;
        File.WriteAllText(description, json.ToJsonString());
        await ShouldFail([_folder, run.Out, "--out", Path.Combine(_folder, "out")], "HT", "12345");
        Directory.Exists(Path.Combine(_folder, "out")).ShouldBeFalse();
    }

    [Fact]
    public async Task Weights_that_were_altered_are_refused()
    {
        foreach (string name in (string[])["model.json", "model.safetensors"])
            File.Copy(Path.Combine(Model, name), Path.Combine(_folder, name));
        string weights = Path.Combine(_folder, "model.safetensors");
        byte[] bytes = File.ReadAllBytes(weights);
        bytes[^1] ^= 1;
        File.WriteAllBytes(weights, bytes);
        await ShouldFail([_folder, run.Out], "SHA-256");
    }

    private static async Task ShouldFail(string[] arguments, params string[] mentions)
    {
        DaprHepCommand.Result result = await DaprHepCommand.RunAsync(["evaluate", .. arguments]);
        result.ExitCode.ShouldBe(3, result.Error);
        string line = result.Error.TrimEnd();
        line.ShouldStartWith("daprhep: ");
        line.Split('\n').Length.ShouldBe(1);
        foreach (string mention in mentions)
            line.ShouldContain(mention);
        result.Output.ShouldBeEmpty();
    }
}
