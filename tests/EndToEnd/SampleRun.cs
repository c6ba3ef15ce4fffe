using System.Text.Json.Nodes;

namespace DaprHep.EndToEnd.Tests;

/// <summary>One run of the main job with its defaults, looked at by several tests.</summary>
public sealed class SampleRun : IAsyncLifetime
{
    private readonly string _folder = Directory.CreateTempSubdirectory("daprhep-sample-").FullName;

    public string Out => Path.Combine(_folder, "out");

    internal DaprHepCommand.Result Result { get; private set; } = new(-1, "", "");

    public JsonNode Metrics => JsonNode.Parse(File.ReadAllText(Path.Combine(Out, "metrics.json")))!;

    public async ValueTask InitializeAsync() => Result = await DaprHepCommand.RunAsync("run", Repository.Samples, "--out", Out);

    public ValueTask DisposeAsync()
    {
        Directory.Delete(_folder, recursive: true);
        return ValueTask.CompletedTask;
    }
}
