using System.Diagnostics;
using System.Net.Http.Json;
using System.Text.Json.Nodes;

namespace DaprHep.EndToEnd.Tests;

/// <summary><c>daprhep serve</c> as a process.</summary>
internal sealed class ServedModel : IAsyncDisposable
{
    private readonly Process _process;

    private ServedModel(Process process, JsonNode ready)
    {
        _process = process;
        Name = ready["model"]!.GetValue<string>();
        Http = new HttpClient { BaseAddress = new Uri(ready["url"]!.GetValue<string>()), Timeout = Patience.Limit };
    }

    public string Name { get; }

    public HttpClient Http { get; }

    public static async Task<ServedModel> StartAsync(params string[] arguments)
    {
        string[] all = [DaprHepCommand.Program, "serve", "--json", "--port", "0", .. arguments];
        Process process = Process.Start(new ProcessStartInfo("dotnet", all)
        {
            RedirectStandardOutput = true,
            WorkingDirectory = Repository.Root,
        })!;
        string? ready = await process.StandardOutput.ReadLineAsync().WaitAsync(Patience.Limit);
        return ready is not null
            ? new ServedModel(process, JsonNode.Parse(ready)!)
            : throw new InvalidOperationException("serve has ended");
    }

    /// <summary>Posts events and gives the answer.</summary>
    public static async Task<JsonNode> PredictAsync(HttpClient http, string model, JsonObject body)
    {
        using HttpResponseMessage answer = await http.PostAsJsonAsync($"v1/models/{model}/predict", body);
        string text = await answer.Content.ReadAsStringAsync();
        answer.IsSuccessStatusCode.ShouldBeTrue(text);
        return JsonNode.Parse(text)!;
    }

    /// <summary>Ctrl-C, and the exit code.</summary>
    public async Task<int> InterruptAsync()
    {
        using Process kill = Process.Start("kill", ["-INT", $"{_process.Id}"]);
        await _process.WaitForExitAsync().WaitAsync(Patience.Limit);
        return _process.ExitCode;
    }

    public async ValueTask DisposeAsync()
    {
        Http.Dispose();
        if (!_process.HasExited)
            await InterruptAsync();
        _process.Dispose();
    }
}
