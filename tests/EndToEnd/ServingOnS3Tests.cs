using System.Diagnostics;
using System.Net.Http.Json;
using System.Text.Json.Nodes;

namespace DaprHep.EndToEnd.Tests;

/// <summary>Promotion and serving with everything in a bucket: runs' models, the catalogue, and replicas that follow it.</summary>
public sealed class ServingOnS3Tests(S3rver s3) : IClassFixture<S3rver>, IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("daprhep-serving-s3-").FullName;

    private string Store => $"s3://{S3Server.Bucket}/serving/{Path.GetFileName(_folder)}";

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task Runs_promote_into_a_bucket_and_replicas_serve_from_it_and_follow_every_change()
    {
        (await PromoteAsync("good", 30))["served"]!.GetValue<bool>().ShouldBeTrue();
        (await PromoteAsync("poor", 1))["version"]!.GetValue<string>().ShouldBe("v2");
        // Where two write one new object at once, s3rver mixes them for good; through this, it is a store that lets one of them.
        await using ChaosProxy conditional = await ChaosProxy.StartConditionalAsync(s3.Endpoint);
        Dictionary<string, string> store = s3.EnvironmentFor(conditional.Endpoint);
        await using ServingProcess one = ServingProcess.Start(Store, store), two = ServingProcess.Start(Store, store);
        await one.ServesAsync("v1");
        await two.ServesAsync("v1");
        float[] probabilities = await AskAsync(two, "v1");
        probabilities.Sum().ShouldBe(1, 1e-5);

        await ChangeAsync(one, "promote", new JsonObject { ["version"] = "v2" });
        await two.ServesAsync("v2");
        (await AskAsync(two, "v2")).ShouldNotBe(probabilities);

        // Many changes at a time by both: each is whole, and both replicas end with the same.
        await Task.WhenAll(Enumerable.Range(0, 12).Select(i =>
            ChangeAsync(i % 2 == 0 ? one : two, "promote", new JsonObject { ["version"] = i % 3 == 0 ? "v1" : "v2" })));
        one.Kill();
        await ChangeAsync(two, "promote", new JsonObject { ["version"] = "v1" });
        (await AskAsync(two, "v1")).ShouldBe(probabilities);
        await using ServingProcess again = ServingProcess.Start(Store, store);
        await again.ServesAsync("v1");
        (await AskAsync(again, "v1")).ShouldBe(probabilities);
    }

    private async Task<JsonNode> PromoteAsync(string name, int epochs)
    {
        DaprHepCommand.Result result = await DaprHepCommand.RunAsync(
            s3.Environment, "run", Repository.Samples, "--out", Path.Combine(_folder, name), "--store", Store, "--epochs", $"{epochs}",
            "--promote", ServingProcess.Model, "--json");
        result.ExitCode.ShouldBe(0, result.Error);
        return JsonNode.Parse(result.Output)!["run"]!["promotion"]!;
    }

    private static async Task ChangeAsync(ServingProcess server, string change, JsonObject body)
    {
        using HttpResponseMessage answer = await server.Http.PostAsJsonAsync($"v1/models/{ServingProcess.Model}/{change}", body);
        answer.IsSuccessStatusCode.ShouldBeTrue(await answer.Content.ReadAsStringAsync());
    }

    private static async Task<float[]> AskAsync(ServingProcess server, string version)
    {
        float[] hlf = [412.3f, 58.1f, -0.71f, 47.9f, 4, 1, 61.2f, 0.33f, 1.94f, 0.02f, 0, 0.05f, -1, 1];
        JsonNode answer = await ServedModel.PredictAsync(
            server.Http, ServingProcess.Model, new JsonObject { ["events"] = new JsonArray(new JsonObject { ["hlf"] = new JsonArray([.. hlf]) }) });
        answer["version"]!.GetValue<string>().ShouldBe(version);
        return [.. answer["predictions"]![0]!["probabilities"]!.AsArray().Select(p => p!.GetValue<float>())];
    }

    /// <summary>The service as a process, without a sidecar beside it.</summary>
    private sealed class ServingProcess : IAsyncDisposable
    {
        public const string Model = "top";
        private readonly Process _process;

        private ServingProcess(Process process, int port)
        {
            _process = process;
            Http = new HttpClient { BaseAddress = new Uri($"http://127.0.0.1:{port}"), Timeout = Patience.Limit };
        }

        public HttpClient Http { get; }

        public static ServingProcess Start(string store, Dictionary<string, string> environment)
        {
            int port = LoopbackPort.Free();
            string program = Path.Combine(Repository.Root, "artifacts", "bin", "DaprHep.Serving", "release", "DaprHep.Serving.dll");
            var start = new ProcessStartInfo("/bin/sh", ["-c", "exec dotnet \"$1\" >/dev/null 2>&1", "sh", program]);
            foreach ((string name, string value) in environment)
                start.Environment[name] = value;
            start.Environment["ASPNETCORE_URLS"] = $"http://127.0.0.1:{port}";
            start.Environment["DAPRHEP_STORE"] = store;
            start.Environment["DAPR_HTTP_PORT"] = start.Environment["DAPR_GRPC_PORT"] = "1";
            return new ServingProcess(Process.Start(start)!, port);
        }

        public async Task ServesAsync(string version)
        {
            using var limit = new CancellationTokenSource(Patience.Limit);
            while (true)
            {
                try
                {
                    JsonArray models = (await Http.GetFromJsonAsync<JsonArray>("v1/models", limit.Token))!;
                    if (models.Any(line => (string?)line!["name"] == Model && (string?)line["version"] == version))
                        return;
                }
                catch (HttpRequestException)
                {
                    _process.HasExited.ShouldBeFalse();
                }
                await Task.Delay(100, limit.Token);
            }
        }

        public void Kill() => _process.Kill();

        public async ValueTask DisposeAsync()
        {
            Http.Dispose();
            if (!_process.HasExited)
                _process.Kill();
            await _process.WaitForExitAsync();
            _process.Dispose();
        }
    }
}
