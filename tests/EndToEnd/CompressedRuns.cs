namespace DaprHep.EndToEnd.Tests;

/// <summary>The same short run with its data as they are, and compressed in both ways.</summary>
public sealed class CompressedRuns : IAsyncLifetime
{
    private readonly string _folder = Directory.CreateTempSubdirectory("daprhep-compressed-").FullName;

    public static IReadOnlyList<string> Ways { get; } = ["none", "zstd", "lz4"];

    /// <summary>A path for what a test writes.</summary>
    public string PathOf(string name) => Path.Combine(_folder, name);

    /// <summary>Folder of a run.</summary>
    public string Out(string way) => Path.Combine(_folder, way);

    /// <summary>The largest part of a run's training or event datasets.</summary>
    public string Part(string way, string step) => Directory.GetFiles(Path.Combine(Out(way), "store", step), "*.arrow", SearchOption.AllDirectories)
        .MaxBy(path => new FileInfo(path).Length)!;

    /// <summary>Bytes of all events and shards of a run.</summary>
    public long Bytes(string way) => Directory.GetFiles(Path.Combine(Out(way), "store"), "*.arrow", SearchOption.AllDirectories)
        .Sum(path => new FileInfo(path).Length);

    public async ValueTask InitializeAsync()
    {
        foreach (string way in Ways)
        {
            string[] compression = way == "none" ? [] : ["--compress", way];
            DaprHepCommand.Result run = await DaprHepCommand.RunAsync(
                ["run", Repository.Samples, "--out", Out(way), "--epochs", "1", "--hash-inputs", .. compression]);
            run.ExitCode.ShouldBe(0, run.Error);
        }
    }

    public ValueTask DisposeAsync()
    {
        Directory.Delete(_folder, recursive: true);
        return ValueTask.CompletedTask;
    }
}
