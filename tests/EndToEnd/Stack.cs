using System.Diagnostics;
using System.Globalization;
using System.Net.Http.Json;
using System.Text.Json.Nodes;

namespace DaprHep.EndToEnd.Tests;

/// <summary><c>daprhep up</c> as a process on free ports, with its data in a folder of its own.</summary>
internal sealed class Stack : IAsyncDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("daprhep-stack-").FullName;
    private readonly Process _process;
    private readonly List<string> _log = [];

    private Stack(IReadOnlyList<string> arguments, IReadOnlyDictionary<string, string> environment)
    {
        var start = new ProcessStartInfo("dotnet", [DaprHepCommand.Program, "up", "--json", "--port", "0", "--data", Data, .. arguments])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = Repository.Root,
        };
        foreach ((string name, string value) in environment)
            start.Environment[name] = value;
        _process = new Process { StartInfo = start };
        _process.ErrorDataReceived += (_, line) =>
        {
            lock (_log)
                _log.Add(line.Data ?? "");
        };
    }

    /// <summary>The stack's data folder.</summary>
    public string Data => Path.Combine(_folder, "data");

    /// <summary>The process of <c>up</c>.</summary>
    public int ProcessId => _process.Id;

    public HttpClient Gateway { get; private set; } = null!;

    public string Url => Gateway.BaseAddress!.ToString();

    public JsonArray Services { get; private set; } = [];

    public string Log
    {
        get
        {
            lock (_log)
                return string.Join('\n', _log);
        }
    }

    public static Task<Stack> StartAsync(params string[] arguments) => StartAsync(new Dictionary<string, string>(), arguments);

    public static async Task<Stack> StartAsync(IReadOnlyDictionary<string, string> environment, params string[] arguments)
    {
        var stack = new Stack(arguments, environment);
        stack._process.Start();
        stack._process.BeginErrorReadLine();
        string? ready = await stack._process.StandardOutput.ReadLineAsync().WaitAsync(Patience.Limit);
        if (ready is null)
        {
            await stack._process.WaitForExitAsync();
            throw new InvalidOperationException($"the stack did not start:\n{stack.Log}");
        }
        JsonNode endpoints = JsonNode.Parse(ready)!;
        stack.Services = endpoints["services"]!.AsArray();
        stack.Gateway = new HttpClient { BaseAddress = new Uri(endpoints["gateway"]!.GetValue<string>()), Timeout = Patience.Limit };
        return stack;
    }

    /// <summary>The body of <c>POST /runs</c> for the samples, with an object store of its own.</summary>
    public JsonObject SampleRequest(string store) => new()
    {
        ["store"] = new Uri(Path.Combine(_folder, store)).AbsoluteUri,
        ["samples"] = new JsonArray([.. ((string[])["qcd", "ttbar", "wjets"]).Select(name => new JsonObject
        {
            ["class"] = name,
            ["files"] = new JsonArray([.. Directory.EnumerateFiles(Path.Combine(Repository.Samples, name), "*.root").Order(StringComparer.Ordinal).Select(f => (JsonNode)f)]),
        })]),
    };

    public async Task<string> StartRunAsync(JsonObject request)
    {
        using HttpResponseMessage answer = await Gateway.PostAsJsonAsync("runs", request);
        string body = await answer.Content.ReadAsStringAsync();
        answer.StatusCode.ShouldBe(System.Net.HttpStatusCode.Accepted, body);
        return JsonNode.Parse(body)!["run"]!.GetValue<string>();
    }

    public async Task<JsonNode> StateAsync(string run) => (await Gateway.GetFromJsonAsync<JsonNode>($"runs/{run}"))!;

    /// <summary>Waits for a state, or for the run's end.</summary>
    public async Task<JsonNode> WaitAsync(string run, Func<JsonNode, bool> reached)
    {
        long started = Stopwatch.GetTimestamp();
        while (true)
        {
            JsonNode state = await StateAsync(run);
            if (reached(state) || StatusOf(state) is "completed" or "failed" or "cancelled")
                return state;
            Stopwatch.GetElapsedTime(started).ShouldBeLessThan(Patience.Limit, $"{state.ToJsonString()}\n{Log}");
            await Task.Delay(20);
        }
    }

    /// <summary>The model of a run that completes.</summary>
    public async Task<byte[]> ModelAsync(string run, string store)
    {
        JsonNode state = await WaitAsync(run, _ => false);
        StatusOf(state).ShouldBe("completed", $"{state.ToJsonString()}\n{Log}");
        return await File.ReadAllBytesAsync(Path.Combine(_folder, store, state["result"]!["model"]!.GetValue<string>(), "model.safetensors"));
    }

    /// <summary>An object of a store that <see cref="SampleRequest"/> has named.</summary>
    public Task<string> ReadAsync(string store, string key) => File.ReadAllTextAsync(Path.Combine(_folder, store, key));

    /// <summary>Waits for something in the log.</summary>
    public async Task<T> WaitForLogAsync<T>(Func<T?> look)
        where T : class
    {
        long started = Stopwatch.GetTimestamp();
        while (true)
        {
            if (look() is { } found)
                return found;
            Stopwatch.GetElapsedTime(started).ShouldBeLessThan(Patience.Limit, Log);
            await Task.Delay(20);
        }
    }

    public static string StatusOf(JsonNode state) => state["status"]!.GetValue<string>();

    private int ProcessOf(string name) => Services.Single(s => s!["name"]!.GetValue<string>() == name)!["process"]!.GetValue<int>();

    /// <summary>Sends a signal to a process of the stack.</summary>
    public Task SignalAsync(string name, string signal) => SignalAsync(ProcessOf(name), signal);

    /// <summary>Ctrl-C, and the exit code.</summary>
    public async Task<int> InterruptAsync()
    {
        await SignalAsync(_process.Id, "INT");
        return await ExitAsync();
    }

    /// <summary>Kills <c>up</c> alone; what it started runs on.</summary>
    public async Task KillAsync()
    {
        _process.Kill();
        await _process.WaitForExitAsync();
    }

    public async Task<int> ExitAsync()
    {
        await _process.WaitForExitAsync().WaitAsync(Patience.Limit);
        return _process.ExitCode;
    }

    public async ValueTask DisposeAsync()
    {
        Gateway.Dispose();
        if (!_process.HasExited)
            await InterruptAsync();
        _process.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    private static async Task SignalAsync(int process, string signal)
    {
        using Process kill = Process.Start("kill", [$"-{signal}", process.ToString(CultureInfo.InvariantCulture)]);
        await kill.WaitForExitAsync();
    }
}
