using System.Diagnostics;

namespace DaprHep.EndToEnd.Tests;

/// <summary>What <c>./daprhep publish</c> makes, moved to another folder than it was made in.</summary>
public sealed class PublishedPrograms : IAsyncLifetime
{
    private const string Configuration = ".runtimeconfig.json";
    private readonly string _folder = Directory.CreateTempSubdirectory("daprhep-published-").FullName;

    private string Moved => Path.Combine(_folder, "moved");

    public async ValueTask InitializeAsync()
    {
        string made = Path.Combine(_folder, "made");
        var start = new ProcessStartInfo(Path.Combine(Repository.Root, "daprhep"), ["publish", made])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        using Process publish = Process.Start(start)!;
        Task<string> output = publish.StandardOutput.ReadToEndAsync(), error = publish.StandardError.ReadToEndAsync();
        await publish.WaitForExitAsync();
        publish.ExitCode.ShouldBe(0, await output + await error);
        Directory.Move(made, Moved);
    }

    public ValueTask DisposeAsync()
    {
        Directory.Delete(_folder, recursive: true);
        return ValueTask.CompletedTask;
    }

    /// <summary>The program of a service, or of the gateway: <c>ingest</c>, <c>features</c>, <c>trainer</c>, <c>gateway</c>.</summary>
    public string ProgramOf(string name) => Directory.EnumerateFiles(Path.Combine(Moved, name), $"DaprHep.*{Configuration}").Single()[..^Configuration.Length];

    /// <summary>All of them, by name.</summary>
    public IEnumerable<string> Names => Directory.EnumerateDirectories(Moved).Select(folder => Path.GetFileName(folder)!);
}
