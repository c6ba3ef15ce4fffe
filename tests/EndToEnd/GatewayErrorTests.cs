using System.Diagnostics;
using System.Net;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json.Nodes;

namespace DaprHep.EndToEnd.Tests;

/// <summary>What goes wrong around a run is an answer of a type over HTTP, and one line with an exit code in the command.</summary>
public sealed class GatewayErrorTests(GatewayStack fixture) : IClassFixture<GatewayStack>, IDisposable
{
    private readonly Stack _stack = fixture.Stack;
    private readonly string _folder = Directory.CreateTempSubdirectory("daprhep-errors-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task A_gateway_without_its_sidecar_says_so()
    {
        using Gateway gateway = await Gateway.StartAsync(new() { ["DAPR_HTTP_PORT"] = "1", ["DAPR_GRPC_PORT"] = "1" });
        using HttpResponseMessage answer = await gateway.Http.GetAsync("runs");
        answer.StatusCode.ShouldBe(HttpStatusCode.ServiceUnavailable);
        answer.Content.Headers.ContentType!.MediaType.ShouldBe("application/problem+json");
        (await answer.Content.ReadAsStringAsync()).ShouldContain("The sidecar does not answer.");
        (await gateway.Http.GetAsync("healthz/ready")).StatusCode.ShouldBe(HttpStatusCode.ServiceUnavailable);

        DaprHepCommand.Result result = await DaprHepCommand.RunAsync("runs", "--gateway", gateway.Http.BaseAddress!.ToString());
        result.ExitCode.ShouldBe(4);
        result.Error.TrimEnd().ShouldNotContain('\n');
        result.Error.ShouldContain("Unavailable");
    }

    [Fact]
    public async Task A_gateway_with_a_token_that_is_not_its_sidecars_says_so()
    {
        await using Stack stack = await Stack.StartAsync(new Dictionary<string, string> { ["DAPR_API_TOKEN"] = "right" });
        string line = stack.Log.Split('\n').First(text => text.Contains("Sidecar of pipeline listens on HTTP"));
        string[] words = line.TrimEnd('.').Split(' ');
        using Gateway gateway = await Gateway.StartAsync(new()
        {
            ["DAPR_HTTP_PORT"] = words[Array.IndexOf(words, "HTTP") + 1], ["DAPR_GRPC_PORT"] = words[^1], ["DAPR_API_TOKEN"] = "wrong",
        });
        using HttpResponseMessage answer = await gateway.Http.GetAsync("runs");
        string problem = await answer.Content.ReadAsStringAsync();
        answer.StatusCode.ShouldBe(HttpStatusCode.ServiceUnavailable, problem);
        problem.ShouldContain("set DAPR_API_TOKEN of the gateway");
        problem.ShouldNotContain("wrong");
    }

    [Theory]
    [InlineData("status")]
    [InlineData("watch")]
    [InlineData("cancel")]
    [InlineData("suspend")]
    [InlineData("resume")]
    [InlineData("report")]
    public async Task An_unknown_run_is_one_line_and_3(string verb)
    {
        DaprHepCommand.Result result = await DaprHepCommand.RunAsync(verb, "nobody", "--gateway", _stack.Url);
        (result.ExitCode, result.Output).ShouldBe((3, ""), result.Error);
        result.Error.ShouldBe("daprhep: there is no run 'nobody'; GET /runs lists them\n");
    }

    [Fact]
    public async Task A_poisoned_file_fails_the_run_with_its_name_and_a_type()
    {
        string bad = Path.Combine(_folder, "bad.root");
        File.WriteAllText(bad, "this is not a ROOT file");
        JsonObject request = _stack.SampleRequest("poisoned");
        request["samples"]![0]!["files"] = new JsonArray(bad);
        string run = await _stack.StartRunAsync(request);
        JsonNode state = await _stack.WaitAsync(run, _ => false);
        Stack.StatusOf(state).ShouldBe("failed");
        state["error"]!.GetValue<string>().ShouldContain(bad);
        state["errorType"]!.GetValue<string>().ShouldContain("BadInputException");
        using HttpResponseMessage report = await _stack.Gateway.GetAsync($"runs/{run}/report");
        report.StatusCode.ShouldBe(HttpStatusCode.Conflict);
    }

    [Fact]
    public async Task A_body_that_is_no_json_is_refused_at_its_root()
    {
        using var body = new StringContent("samples: all", Encoding.UTF8, "application/json");
        using HttpResponseMessage answer = await _stack.Gateway.PostAsync("runs", body);
        answer.StatusCode.ShouldBe(HttpStatusCode.BadRequest);
        JsonNode problem = (await answer.Content.ReadFromJsonAsync<JsonNode>())!;
        problem["errors"]!.AsObject().ShouldHaveSingleItem().Key.ShouldBe("$");
    }

    /// <summary>A gateway on its own.</summary>
    private sealed class Gateway : IDisposable
    {
        private readonly Process _process;

        private Gateway(Process process, Uri address)
        {
            _process = process;
            Http = new HttpClient { BaseAddress = address, Timeout = Patience.Limit };
        }

        public HttpClient Http { get; }

        public static async Task<Gateway> StartAsync(Dictionary<string, string> environment)
        {
            var address = new Uri($"http://127.0.0.1:{LoopbackPort.Free()}");
            string program = Path.Combine(Repository.Root, "artifacts", "bin", "DaprHep.Gateway", "release", "DaprHep.Gateway.dll");
            var start = new ProcessStartInfo("dotnet", [program]) { RedirectStandardOutput = true, RedirectStandardError = true };
            start.Environment["ASPNETCORE_URLS"] = address.ToString();
            foreach ((string name, string value) in environment)
                start.Environment[name] = value;
            Process process = Process.Start(start)!;
            process.OutputDataReceived += (_, _) => { };
            process.ErrorDataReceived += (_, _) => { };
            process.BeginOutputReadLine();
            process.BeginErrorReadLine();
            var gateway = new Gateway(process, address);
            using var limit = new CancellationTokenSource(Patience.Limit);
            while (!await AnswersAsync(gateway.Http, limit.Token))
                await Task.Delay(100, limit.Token);
            return gateway;
        }

        public void Dispose()
        {
            Http.Dispose();
            _process.Kill();
            _process.WaitForExit();
            _process.Dispose();
        }

        private static async Task<bool> AnswersAsync(HttpClient http, CancellationToken cancellation)
        {
            try
            {
                using HttpResponseMessage answer = await http.GetAsync("healthz/live", cancellation);
                return answer.IsSuccessStatusCode;
            }
            catch (HttpRequestException)
            {
                return false;
            }
        }
    }
}
