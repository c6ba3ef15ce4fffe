using System.Diagnostics;
using System.Globalization;
using System.Text.Json;

namespace DaprHep.Benchmarks.Serving;

/// <summary>A server in a process of its own, which says on its first line where it is.</summary>
internal sealed class ServerProcess : IDisposable
{
    private readonly Process _process;

    private ServerProcess(Process process, Uri url)
    {
        _process = process;
        Url = url;
    }

    /// <summary>Where it is.</summary>
    public Uri Url { get; }

    /// <summary>Bytes of memory that it has from the system.</summary>
    public long ResidentBytes
    {
        get
        {
            string line = File.ReadLines($"/proc/{_process.Id}/status").First(text => text.StartsWith("VmRSS:", StringComparison.Ordinal));
            return long.Parse(line.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries)[1], CultureInfo.InvariantCulture) * 1024;
        }
    }

    /// <summary>Our own: <c>daprhep serve</c>.</summary>
    /// <param name="model">The folder of the model.</param>
    public static Task<ServerProcess> StartOursAsync(string model) => StartAsync(
        "dotnet", [Path.Combine(Repository.Root, "artifacts", "bin", "DaprHep.Cli", "release", "daprhep.dll"), "serve", model, "--port", "0", "--json"]);

    /// <summary>Starts a program and waits until it says where it is.</summary>
    public static async Task<ServerProcess> StartAsync(string program, string[] arguments)
    {
        var start = new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true };
        start.Environment["OMP_NUM_THREADS"] = start.Environment["OPENBLAS_NUM_THREADS"] = "1";
        Process process = Process.Start(start)!;
        string line = await process.StandardOutput.ReadLineAsync()
            ?? throw new InvalidOperationException($"{program} {string.Join(' ', arguments)} ended without saying where it listens");
        string url = line.StartsWith('{') ? JsonDocument.Parse(line).RootElement.GetProperty("url").GetString()! : line;
        _ = process.StandardOutput.ReadToEndAsync();
        return new ServerProcess(process, new Uri(url));
    }

    public void Dispose()
    {
        if (!_process.HasExited)
            _process.Kill();
        _process.WaitForExit();
        _process.Dispose();
    }
}
