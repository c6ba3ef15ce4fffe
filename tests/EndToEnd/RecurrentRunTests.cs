using System.Text.Json.Nodes;

namespace DaprHep.EndToEnd.Tests;

/// <summary>The main job with the models that read particles.</summary>
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
        JsonNode metrics = JsonNode.Parse(result.Output)!["metrics"]!;
        metrics["accuracy"]!.GetValue<double>().ShouldBeGreaterThan(accuracy);
        JsonNode description = JsonNode.Parse(File.ReadAllText(Path.Combine(output, "model", "model.json")))!;
        description["model"]!.GetValue<string>().ShouldBe(model);
        File.Exists(Path.Combine(output, "model", "model.safetensors")).ShouldBeTrue();
        File.ReadAllText(Path.Combine(output, "report.html")).ShouldContain(model);
    }
}
