using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
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
    public static Task<ServerProcess> StartOursAsync(string model)
    {
        string program = Path.Combine(Repository.Root, "artifacts", "bin", "DaprHep.Cli", "release", "daprhep.dll");
        return StartAsync("dotnet", [program, "serve", model, "--port", "0", "--json"]);
    }

    /// <summary>Processor time that it has taken.</summary>
    public TimeSpan ProcessorTime
    {
        get
        {
            _process.Refresh();
            return _process.TotalProcessorTime;
        }
    }

    /// <summary>The service itself, with a catalogue in a store and no sidecar beside it.</summary>
    /// <param name="store">Folder of the store.</param>
    public static async Task<ServerProcess> StartServiceAsync(string store)
    {
        using var probe = new TcpListener(IPAddress.Loopback, 0);
        probe.Start();
        var url = new Uri($"http://127.0.0.1:{((IPEndPoint)probe.LocalEndpoint).Port}");
        probe.Stop();
        var start = new ProcessStartInfo(
            "dotnet", [Path.Combine(Repository.Root, "artifacts", "bin", "DaprHep.Serving", "release", "DaprHep.Serving.dll")])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.Environment["ASPNETCORE_URLS"] = url.OriginalString;
        start.Environment["DAPRHEP_STORE"] = store;
        start.Environment["DAPR_HTTP_PORT"] = start.Environment["DAPR_GRPC_PORT"] = "1";
        Process process = Process.Start(start)!;
        _ = process.StandardOutput.ReadToEndAsync();
        _ = process.StandardError.ReadToEndAsync();
        using var http = new HttpClient { BaseAddress = url };
        while (!process.HasExited)
        {
            try
            {
                if (await http.GetStringAsync(new Uri("/v1/models", UriKind.Relative)) is { Length: > 2 })
                    return new ServerProcess(process, url);
            }
            catch (HttpRequestException)
            {
                // It does not listen yet.
            }
            await Task.Delay(100);
        }
        throw new InvalidOperationException("the service ended before it listened");
    }

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
