using System.Text.Json.Nodes;

namespace DaprHep.EndToEnd.Tests;

/// <summary>The main job with the models that read particles, and with training as it is asked for.</summary>
public sealed class RecurrentRunTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("daprhep-recurrent-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory]
    [InlineData("inclusive", "standard", 0.5)]
    [InlineData("sequence", "standard", 0.4)]
    [InlineData("lstm", "cern2019", 0.35)]
    public async Task A_model_that_reads_particles_is_trained_judged_and_saved(string model, string physics, double accuracy)
    {
        string output = Path.Combine(_folder, "out");
        DaprHepCommand.Result result = await DaprHepCommand.RunAsync(
            "run", Repository.Samples, "--out", output, "--model", model, "--physics", physics, "--epochs", "2", "--batch", "32", "--json");
        result.ExitCode.ShouldBe(0, result.Error);
        JsonNode said = JsonNode.Parse(result.Output)!;
        said["steps"]!.AsArray().Select(step => step!["step"]!.GetValue<string>())
            .ShouldBe(["plan", "convert", "statistics", "shards", "train", "evaluate", "report"]);
        said["steps"]!.AsArray().Sum(step => step!["seconds"]!.GetValue<double>()).ShouldBeLessThan(said["wall_seconds"]!.GetValue<double>());
        JsonNode metrics = said["metrics"]!;
        metrics["accuracy"]!.GetValue<double>().ShouldBeGreaterThan(accuracy);
        JsonNode description = JsonNode.Parse(File.ReadAllText(Path.Combine(output, "model", "model.json")))!;
        description["model"]!.GetValue<string>().ShouldBe(model);
        File.Exists(Path.Combine(output, "model", "model.safetensors")).ShouldBeTrue();
        File.ReadAllText(Path.Combine(output, "report.html")).ShouldContain(model);
    }

    [Fact]
    public async Task A_run_is_trained_as_is_usual_for_its_model_and_as_train_does()
    {
        string usual = Path.Combine(_folder, "usual"), told = Path.Combine(_folder, "told"), trained = Path.Combine(_folder, "trained");
        string[] run =
            ["run", Repository.Samples, "--model", "sequence", "--max-events", "100", "--store", Path.Combine(_folder, "store")];
        await Succeed([.. run, "--out", usual]);
        await Succeed([.. run, "--epochs", "25", "--mirror", "true", "--schedule", "cosine", "--set", "units=50", "--out", told]);
        await Succeed(["train", usual, "--model", "sequence", "--out", trained]);

        ReadJson(usual, "run.json")["parameters"]!["epochs"]!.GetValue<int>().ShouldBe(25);
        ReadJson(usual, "model/model.json")["lineage"]!["epochs"]!.GetValue<int>().ShouldBe(25);
        ReadJson(usual, "model/model.json")["lineage"]!["mirror"]!.GetValue<bool>().ShouldBeTrue();
        ReadJson(told, "run.json")["objects"]!["model"]!.GetValue<string>()
            .ShouldBe(ReadJson(usual, "run.json")["objects"]!["model"]!.GetValue<string>(), "saying what is usual trains the same model");
        File.ReadAllBytes(Path.Combine(trained, "model", "model.safetensors"))
            .ShouldBe(File.ReadAllBytes(Path.Combine(usual, "model", "model.safetensors")));

        string plain = Path.Combine(_folder, "plain");
        await Succeed(["train", usual, "--model", "sequence", "--epochs", "1", "--mirror", "false", "--out", plain]);
        ReadJson(plain, "model/model.json")["lineage"]!["mirror"]!.GetValue<bool>().ShouldBeFalse();
        await Succeed(["train", usual, "--model", "hlf", "--epochs", "1", "--mirror", "--out", trained + "-hlf"]);
        ReadJson(trained + "-hlf", "model/model.json")["lineage"]!["mirror"]!.GetValue<bool>().ShouldBeTrue();
    }

    [Fact]
    public async Task A_run_takes_what_train_takes_and_trains_the_same_model()
    {
        string ran = Path.Combine(_folder, "ran"), trained = Path.Combine(_folder, "trained");
        string[] training =
        [
            "--model", "hlf", "--schedule", "one-cycle", "--lr", "0.01", "--class-weights", "1,2,1", "--patience", "2", "--stop-by", "auc",
            "--validation", "0.2", "--mirror", "true", "--max-gradient-norm", "4", "--set", "hidden=[12]", "--epochs", "6",
        ];
        await Succeed(["run", Repository.Samples, "--max-events", "300", .. training, "--out", ran]);
        await Succeed(["train", ran, .. training, "--out", trained]);

        File.ReadAllBytes(Path.Combine(trained, "model", "model.safetensors"))
            .ShouldBe(File.ReadAllBytes(Path.Combine(ran, "model", "model.safetensors")));
        JsonNode lineage = ReadJson(ran, "model/model.json")["lineage"]!, parameters = ReadJson(ran, "run.json")["parameters"]!;
        JsonNode.DeepEquals(lineage, ReadJson(trained, "model/model.json")["lineage"]).ShouldBeTrue();
        foreach (string name in (string[])["schedule", "learning_rate", "class_weights", "patience", "stop_by", "validation", "mirror"])
            JsonNode.DeepEquals(parameters[name], lineage[name]).ShouldBeTrue(name);

        DaprHepCommand.Result result = await DaprHepCommand.RunAsync(
            "run", Repository.Samples, "--set", "depth=3", "--out", Path.Combine(_folder, "refused"));
        result.ExitCode.ShouldBe(3, result.Error);
        result.Error.ShouldContain("'depth'");
        Directory.Exists(Path.Combine(_folder, "refused")).ShouldBeFalse();
    }

    private static async Task Succeed(string[] arguments)
    {
        DaprHepCommand.Result result = await DaprHepCommand.RunAsync(arguments);
        result.ExitCode.ShouldBe(0, result.Error);
    }

    private static JsonNode ReadJson(string folder, string name) => JsonNode.Parse(File.ReadAllBytes(Path.Combine(folder, name)))!;
}
