using System.Diagnostics;
using System.Globalization;
using System.Net;

namespace DaprHep.EndToEnd.Tests;

/// <summary>
/// Published programs under one sidecar process, each told nothing but its sidecar's ports, the tokens, its own address and the object
/// store. Some are there before the sidecar and some come after it. There are two replicas of ingest.
/// </summary>
internal sealed class PublishedStack : IAsyncDisposable
{
    private const string Pipeline = "pipeline";
    private readonly string _folder = Directory.CreateTempSubdirectory("daprhep-published-stack-").FullName;
    private readonly List<Process> _processes = [];
    private readonly List<string> _log = [];
    private readonly HttpClient _http = new();

    /// <summary>Where the gateway is.</summary>
    public string Url { get; private set; } = "";

    public string Log
    {
        get
        {
            lock (_log)
                return string.Join('\n', _log);
        }
    }

    /// <param name="programs">The programs.</param>
    /// <param name="keyPrefix">How the state store names keys: <c>name</c>, or <c>appid</c>, the runtime's default.</param>
    /// <param name="appPorts">Whether the sidecar is told where its apps listen.</param>
    public static async Task<PublishedStack> StartAsync(PublishedPrograms programs, string keyPrefix, bool appPorts)
    {
        var stack = new PublishedStack();
        try
        {
            await stack.BeginAsync(programs, keyPrefix, appPorts);
            return stack;
        }
        catch
        {
            await stack.DisposeAsync();
            throw;
        }
    }

    public async ValueTask DisposeAsync()
    {
        foreach (Process process in _processes)
        {
            process.Kill(entireProcessTree: true);
            await process.WaitForExitAsync();
            process.Dispose();
        }
        _http.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    private async Task BeginAsync(PublishedPrograms programs, string keyPrefix, bool appPorts)
    {
        string[] apps = [.. programs.Names.Select(name => name == "gateway" ? Pipeline : name), "ingest"];
        int[] ports = LoopbackPort.Free(3 * apps.Length);
        var seats = apps.Select((app, i) => (App: app, Port: ports[3 * i], Http: ports[(3 * i) + 1], Grpc: ports[(3 * i) + 2])).ToArray();
        int before = seats.Length / 2;
        foreach ((string app, int port, int http, int grpc) in seats[..before])
            StartApp(programs, app, port, http, grpc);
        string sidecar = Path.Combine(Repository.Root, "artifacts", "bin", "DevSidecar", "release", "DevSidecar.dll");
        Start("sidecar", "dotnet", [
            sidecar, "--journal", Path.Combine(_folder, "journal.db"), "--state-key-prefix", keyPrefix,
            .. seats.SelectMany(seat => (string[])
                ["--app", $"id={seat.App},http={seat.Http},grpc={seat.Grpc}{(appPorts ? $",port={seat.Port}" : "")}"]),
        ]);
        foreach ((string app, int port, int http, int grpc) in seats[before..])
            StartApp(programs, app, port, http, grpc);
        foreach ((string app, int port, _, _) in seats)
            await WaitReadyAsync(app, $"http://127.0.0.1:{port}/healthz/ready");
        Url = $"http://127.0.0.1:{seats.Single(seat => seat.App == Pipeline).Port}/";
    }

    private void StartApp(PublishedPrograms programs, string app, int port, int http, int grpc) =>
        Start(app, programs.ProgramOf(app == Pipeline ? "gateway" : app), [], new Dictionary<string, string>
        {
            ["DAPR_HTTP_PORT"] = http.ToString(CultureInfo.InvariantCulture),
            ["DAPR_GRPC_PORT"] = grpc.ToString(CultureInfo.InvariantCulture),
            ["ASPNETCORE_URLS"] = $"http://127.0.0.1:{port}",
            ["DAPRHEP_STORE"] = new Uri(Path.Combine(_folder, "store")).AbsoluteUri,
        });

    private void Start(string name, string program, IEnumerable<string> arguments, Dictionary<string, string>? environment = null)
    {
        var start = new ProcessStartInfo(program, arguments)
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = _folder,
        };
        if (environment is not null)
        {
            // Where native libraries are is the machine's affair; nothing else of the tests' environment is meant for the programs.
            string? libraries = Environment.GetEnvironmentVariable("LD_LIBRARY_PATH");
            start.Environment.Clear();
            if (libraries is not null)
                start.Environment["LD_LIBRARY_PATH"] = libraries;
            foreach ((string variable, string value) in environment)
                start.Environment[variable] = value;
        }
        start.Environment["DAPRHEP_INPUT_SCHEMES"] = "*";
        start.Environment["DAPR_API_TOKEN"] = "asked-by-the-sidecar";
        start.Environment["APP_API_TOKEN"] = "asked-by-the-app";
        var process = new Process { StartInfo = start };
        process.OutputDataReceived += Take;
        process.ErrorDataReceived += Take;
        process.Start();
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        _processes.Add(process);

        void Take(object sender, DataReceivedEventArgs line)
        {
            lock (_log)
                _log.Add($"{name}: {line.Data}");
        }
    }

    private async Task WaitReadyAsync(string app, string question)
    {
        long started = Stopwatch.GetTimestamp();
        while (true)
        {
            try
            {
                using HttpResponseMessage answer = await _http.GetAsync(new Uri(question));
                if (answer.StatusCode == HttpStatusCode.OK)
                    return;
            }
            catch (HttpRequestException)
            {
                // It does not listen yet.
            }
            Stopwatch.GetElapsedTime(started).ShouldBeLessThan(Patience.Limit, $"{app} is not ready\n{Log}");
            await Task.Delay(100);
        }
    }
}
