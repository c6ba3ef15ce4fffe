using System.Diagnostics;
using System.Globalization;
using System.Net.Http.Json;
using System.Text.Json.Nodes;

namespace DaprHep.EndToEnd.Tests;

/// <summary>The sidecar and the services as processes that are started again when they die, as a supervisor does.</summary>
internal sealed class SupervisedStack : IAsyncDisposable
{
    private static readonly string[] Apps = ["ingest", "features", "tuning", "trainer", "serving", "pipeline"];
    private readonly string _folder = Directory.CreateTempSubdirectory("daprhep-killed-").FullName;
    private readonly Dictionary<string, Process> _processes = [];
    private readonly Dictionary<string, (int App, int Http, int Grpc)> _ports;
    private readonly Dictionary<string, HttpClient> _sidecars;
    private readonly Lock _lock = new();
    private bool _stopping;

    private readonly IReadOnlyDictionary<string, string> _environment;

    private SupervisedStack(IReadOnlyDictionary<string, string> environment)
    {
        _environment = environment;
        _ports = Apps.ToDictionary(app => app, _ => (LoopbackPort.Free(), LoopbackPort.Free(), LoopbackPort.Free()));
        _sidecars = _ports.ToDictionary(app => app.Key, app => new HttpClient { BaseAddress = new Uri($"http://127.0.0.1:{app.Value.Http}") });
        Gateway = ClientOf("pipeline");
        Serving = ClientOf("serving");

        HttpClient ClientOf(string app) =>
            new() { BaseAddress = new Uri($"http://127.0.0.1:{_ports[app].App}"), Timeout = TimeSpan.FromSeconds(20) };
    }

    public HttpClient Gateway { get; }

    /// <summary>The serving service, whose catalogue is in the store <c>serving</c>.</summary>
    public HttpClient Serving { get; }

    public static SupervisedStack Start() => Start(new Dictionary<string, string>(), Apps);

    /// <summary>Starts some of the services, with environment variables of their own.</summary>
    public static SupervisedStack Start(IReadOnlyDictionary<string, string> environment, params string[] apps)
    {
        var stack = new SupervisedStack(environment);
        stack.Launch("sidecar");
        foreach (string app in apps)
            stack.Launch(app);
        return stack;
    }

    /// <summary>The sidecar's HTTP API for a service.</summary>
    public HttpClient SidecarOf(string app) => _sidecars[app];

    public string StoreOf(string name) => Path.Combine(_folder, name);

    /// <summary>SIGKILL.</summary>
    public void Kill(string name)
    {
        lock (_lock)
            _processes[name].Kill();
    }

    /// <summary>Starts a run; asked again under one key until the answer comes.</summary>
    public async Task<string> StartRunAsync(JsonObject request, string key)
    {
        long started = Stopwatch.GetTimestamp();
        while (true)
        {
            string problem;
            try
            {
                using var post = new HttpRequestMessage(HttpMethod.Post, "runs") { Content = JsonContent.Create(request) };
                post.Headers.Add("Idempotency-Key", key);
                using HttpResponseMessage answer = await Gateway.SendAsync(post);
                problem = await answer.Content.ReadAsStringAsync();
                if (answer.IsSuccessStatusCode)
                    return JsonNode.Parse(problem)!["run"]!.GetValue<string>();
            }
            catch (Exception e) when (e is HttpRequestException or TaskCanceledException)
            {
                problem = e.Message;
            }
            Stopwatch.GetElapsedTime(started).ShouldBeLessThan(Patience.Limit, problem);
            await Task.Delay(100);
        }
    }

    /// <summary>Waits for a state, or for the run's end, whatever dies meanwhile.</summary>
    public async Task<JsonNode> WaitAsync(string run, Func<JsonNode, bool> reached)
    {
        long started = Stopwatch.GetTimestamp();
        string last = "no answer";
        while (true)
        {
            try
            {
                JsonNode state = (await Gateway.GetFromJsonAsync<JsonNode>($"runs/{run}"))!;
                last = state.ToJsonString();
                if (reached(state) || Stack.StatusOf(state) is "completed" or "failed" or "cancelled")
                    return state;
            }
            catch (Exception e) when (e is HttpRequestException or TaskCanceledException or IOException)
            {
                last = e.Message;
            }
            Stopwatch.GetElapsedTime(started).ShouldBeLessThan(Patience.Limit, last);
            await Task.Delay(15);
        }
    }

    public ValueTask DisposeAsync()
    {
        Gateway.Dispose();
        Serving.Dispose();
        foreach (HttpClient sidecar in _sidecars.Values)
            sidecar.Dispose();
        Process[] processes;
        lock (_lock)
        {
            _stopping = true;
            processes = [.. _processes.Values];
        }
        foreach (Process process in processes)
        {
            process.Kill();
            process.WaitForExit();
            process.Dispose();
        }
        Directory.Delete(_folder, recursive: true);
        return ValueTask.CompletedTask;
    }

    private void Launch(string name)
    {
        lock (_lock)
        {
            if (_stopping)
                return;
            var process = new Process { StartInfo = name == "sidecar" ? Sidecar() : Service(name), EnableRaisingEvents = true };
            process.Exited += (_, _) => Launch(name);
            process.Start();
            _processes[name] = process;
        }
    }

    private ProcessStartInfo Sidecar()
    {
        IEnumerable<string> apps = _ports.SelectMany(app => new[]
        {
            "--app", string.Create(CultureInfo.InvariantCulture, $"id={app.Key},http={app.Value.Http},grpc={app.Value.Grpc},port={app.Value.App}"),
        });
        return Start("DevSidecar", ["--journal", Path.Combine(_folder, "journal.db"), "--state-key-prefix", "name", .. apps]);
    }

    private ProcessStartInfo Service(string name)
    {
        string project = name == "pipeline" ? "DaprHep.Gateway" : $"DaprHep.{char.ToUpperInvariant(name[0])}{name[1..]}";
        (int app, int http, int grpc) = _ports[name];
        ProcessStartInfo start = Start(project, []);
        start.Environment["ASPNETCORE_URLS"] = $"http://127.0.0.1:{app}";
        start.Environment["DAPR_HTTP_ENDPOINT"] = $"http://127.0.0.1:{http}";
        start.Environment["DAPR_GRPC_ENDPOINT"] = $"http://127.0.0.1:{grpc}";
        start.Environment["DAPRHEP_INPUT_SCHEMES"] = "*";
        start.Environment["Logging__LogLevel__Default"] = "None";
        foreach ((string variable, string value) in _environment)
            start.Environment[variable] = value;
        if (name == "serving")
            start.Environment["DAPRHEP_STORE"] = StoreOf(name);
        return start;
    }

    private static ProcessStartInfo Start(string project, IEnumerable<string> arguments)
    {
        string program = Path.Combine(Repository.Root, "artifacts", "bin", project, "release", $"{project}.dll");
        var start = new ProcessStartInfo("/bin/sh", ["-c", "exec dotnet \"$@\" >/dev/null 2>&1", "sh", program, .. arguments]);
        start.Environment["DOTNET_gcServer"] = "0";
        return start;
    }
}
