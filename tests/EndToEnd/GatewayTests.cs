using System.Net;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json.Nodes;

namespace DaprHep.EndToEnd.Tests;

/// <summary>A stack behind one gateway, looked at by several tests.</summary>
public sealed class GatewayStack : IAsyncLifetime
{
    internal Stack Stack { get; private set; } = null!;

    public async ValueTask InitializeAsync() => Stack = await Stack.StartAsync();

    public ValueTask DisposeAsync() => Stack.DisposeAsync();
}

/// <summary>The gateway's answers: states, problems with field paths, idempotency, events, steering.</summary>
public sealed class GatewayTests(GatewayStack fixture) : IClassFixture<GatewayStack>
{
    private readonly Stack _stack = fixture.Stack;

    [Theory]
    [InlineData("{}", "$.samples")]
    [InlineData("null", "$")]
    [InlineData("[", "$")]
    [InlineData("""{"samples":5}""", "$.samples")]
    [InlineData("""{"samplez":[]}""", "$.samplez")]
    [InlineData("""{"samples":[{"class":"qcd","files":["a"]}],"epochs":"many"}""", "$.epochs")]
    [InlineData("""{"samples":[{"class":"qcd","files":["a"]}],"epochs":0}""", "$.epochs")]
    [InlineData("""{"samples":[{"class":"qcd","files":["a"]},{"class":"ttbar","files":[]}]}""", "$.samples[1].files")]
    [InlineData("""{"samples":[{"files":["a"]}]}""", "$.samples[0].class")]
    [InlineData("""{"samples":[null]}""", "$.samples[0]")]
    [InlineData("""{"samples":[{"class":"qcd","files":["a"]}],"physics":"new"}""", "$.physics")]
    [InlineData("""{"samples":[{"class":"qcd","files":["a"]}],"maxEvents":-1}""", "$.maxEvents")]
    [InlineData("""{"samples":[{"class":"qcd","files":["a"]}],"maxBadFiles":-1}""", "$.maxBadFiles")]
    [InlineData("""{"samples":[{"class":"qcd","files":["a"]}],"maxBadFiles":1001}""", "$.maxBadFiles")]
    [InlineData("""{"samples":[{"class":"qcd","files":["a"]}],"ranks":0}""", "$.ranks")]
    [InlineData("""{"samples":[{"class":"qcd","files":["a"]}],"ranks":65}""", "$.ranks")]
    [InlineData("""{"samples":[{"class":"qcd","files":["a"]}],"ranks":8,"batch":7}""", "$.ranks")]
    [InlineData("""{"samples":[{"class":"qcd","files":["a"]}],"ranks":2,"model":"trees"}""", "$.ranks")]
    [InlineData("""{"samples":[{"class":"qcd","files":["a"]}],"attempts":0}""", "$.attempts")]
    [InlineData("""{"samples":[{"class":"qcd","files":["a"]}],"memory":1000}""", "$.memory")]
    [InlineData("""{"samples":[{"class":"qcd","files":["a"]}],"tune":{"space":"batch: 32","folds":0}}""", "$.tune.folds")]
    [InlineData("""{"samples":[{"class":"qcd","files":["a"]}],"training":{"device":"tpu"}}""", "$.training.device")]
    [InlineData("""{"samples":[{"class":"qcd","files":["a"]}],"training":{"mixedPrecision":true}}""", "$.training.mixedPrecision")]
    [InlineData("""{"samples":[{"class":"qcd","files":["a"]}],"training":{"parameters":{"depth":3}}}""", "$.training.parameters.depth")]
    [InlineData("""{"samples":[{"class":"qcd","files":["a"]}],"training":{"parameters":{"mirror":1}}}""", "$.training.parameters.mirror")]
    [InlineData("""{"samples":[{"class":"qcd","files":["a"]}],"training":{"parameters":{"epochs":9}}}""", "$.training.parameters.epochs")]
    public async Task A_bad_body_is_refused_with_the_path_of_the_field(string body, string path)
    {
        using HttpResponseMessage answer = await _stack.Gateway.PostAsync("runs", new StringContent(body, Encoding.UTF8, "application/json"));
        answer.StatusCode.ShouldBe(HttpStatusCode.BadRequest);
        answer.Content.Headers.ContentType!.MediaType.ShouldBe("application/problem+json");
        JsonNode.Parse(await answer.Content.ReadAsStringAsync())!["errors"]!.AsObject().Select(error => error.Key).ShouldBe([path]);
    }

    [Theory]
    [InlineData("GET", "runs/nobody")]
    [InlineData("GET", "runs/nobody/events")]
    [InlineData("GET", "runs/nobody/report")]
    [InlineData("POST", "runs/nobody/cancel")]
    [InlineData("POST", "runs/nobody/suspend")]
    [InlineData("POST", "runs/nobody/resume")]
    public async Task An_unknown_run_is_a_problem_that_names_it(string method, string path)
    {
        using HttpResponseMessage answer = await _stack.Gateway.SendAsync(new HttpRequestMessage(new HttpMethod(method), path));
        answer.StatusCode.ShouldBe(HttpStatusCode.NotFound);
        (await answer.Content.ReadAsStringAsync()).ShouldContain("there is no run 'nobody'");
    }

    [Fact]
    public async Task An_idempotency_key_starts_one_run_and_belongs_to_one_body()
    {
        JsonObject request = _stack.SampleRequest("idempotent");
        request["epochs"] = 1;
        (HttpStatusCode first, JsonNode run) = await PostAsync(request, "key-1");
        (HttpStatusCode second, JsonNode same) = await PostAsync(request, "key-1");
        (first, second).ShouldBe((HttpStatusCode.Accepted, HttpStatusCode.OK));
        same["run"]!.GetValue<string>().ShouldBe(run["run"]!.GetValue<string>());
        request["seed"] = 2;
        (await PostAsync(request, "key-1")).Status.ShouldBe(HttpStatusCode.UnprocessableEntity);
        (HttpStatusCode other, JsonNode another) = await PostAsync(request, "key-2");
        other.ShouldBe(HttpStatusCode.Accepted);
        another["run"]!.GetValue<string>().ShouldNotBe(run["run"]!.GetValue<string>());
        Stack.StatusOf(await _stack.WaitAsync(run["run"]!.GetValue<string>(), _ => false)).ShouldBe("completed", _stack.Log);
        Stack.StatusOf(await _stack.WaitAsync(another["run"]!.GetValue<string>(), _ => false)).ShouldBe("completed", _stack.Log);
    }

    [Fact]
    public async Task Events_tell_every_step_the_progress_the_metrics_and_the_end()
    {
        string run = await _stack.StartRunAsync(_stack.SampleRequest("events"));
        string events = await _stack.Gateway.GetStringAsync($"runs/{run}/events");
        events.ShouldContain("event: step");
        events.ShouldContain("\"step\":\"train\",\"events\":37950,\"totalEvents\":37950,\"note\":\"epoch 50/50");
        events.ShouldContain("event: metrics");
        events.TrimEnd().Split("\n\n")[^1].ShouldStartWith("event: state");
        (await _stack.Gateway.GetStringAsync($"runs/{run}/report")).ShouldContain("<svg");
    }

    [Fact]
    public async Task A_suspended_run_rests_goes_on_when_resumed_and_ends_when_cancelled()
    {
        JsonObject request = _stack.SampleRequest("steered");
        request["epochs"] = 400;
        string run = await _stack.StartRunAsync(request);
        (await _stack.Gateway.PostAsync($"runs/{run}/suspend", null)).StatusCode.ShouldBe(HttpStatusCode.Accepted);
        Stack.StatusOf(await _stack.WaitAsync(run, s => Stack.StatusOf(s) == "suspended")).ShouldBe("suspended");
        (await _stack.Gateway.GetAsync($"runs/{run}/report")).StatusCode.ShouldBe(HttpStatusCode.Conflict);
        (await _stack.Gateway.PostAsync($"runs/{run}/resume", null)).StatusCode.ShouldBe(HttpStatusCode.Accepted);
        Stack.StatusOf(await _stack.WaitAsync(run, s => Stack.StatusOf(s) == "running")).ShouldBe("running");
        (await _stack.Gateway.PostAsync($"runs/{run}/cancel", null)).StatusCode.ShouldBe(HttpStatusCode.Accepted);
        Stack.StatusOf(await _stack.WaitAsync(run, _ => false)).ShouldBe("cancelled");
        (await _stack.Gateway.PostAsync($"runs/{run}/cancel", null)).StatusCode.ShouldBe(HttpStatusCode.Conflict);
    }

    [Fact]
    public async Task A_run_whose_app_does_not_answer_says_what_it_waits_for_and_goes_on_when_it_is_back()
    {
        JsonObject request = _stack.SampleRequest("waiting");
        request["epochs"] = 400;
        string run = await _stack.StartRunAsync(request);
        await _stack.WaitAsync(run, s => s["step"]?.GetValue<string>() == "train");
        await _stack.SignalAsync("trainer", "STOP");
        JsonNode waiting = await _stack.WaitAsync(run, s => s["waiting"] is not null);
        await _stack.SignalAsync("trainer", "CONT");
        waiting["waiting"]!.GetValue<string>().ShouldStartWith("waiting for trainer (no worker since ");
        Stack.StatusOf(await _stack.WaitAsync(run, _ => false)).ShouldBe("completed", _stack.Log);
    }

    [Fact]
    public async Task A_step_whose_app_has_no_worker_waits_for_it_and_a_waiting_run_can_be_cancelled_and_resumed()
    {
        JsonObject request = _stack.SampleRequest("absent");
        request["epochs"] = 2;
        string cancelled = await _stack.StartRunAsync(request);
        request["seed"] = 7;
        string waiting = await _stack.StartRunAsync(request);
        await _stack.SignalAsync("trainer", "STOP");
        foreach (string run in (string[])[cancelled, waiting])
        {
            JsonNode state = await _stack.WaitAsync(run, s => s["waiting"] is not null);
            (state["step"]!.GetValue<string>(), state["waiting"]!.GetValue<string>()[..36]).ShouldBe(("train", "waiting for trainer (no worker since"));
        }
        (await _stack.Gateway.PostAsync($"runs/{cancelled}/cancel", null)).StatusCode.ShouldBe(HttpStatusCode.Accepted);
        Stack.StatusOf(await _stack.WaitAsync(cancelled, _ => false)).ShouldBe("cancelled");
        (await _stack.Gateway.PostAsync($"runs/{cancelled}/resume", null)).StatusCode.ShouldBe(HttpStatusCode.ServiceUnavailable);
        await _stack.SignalAsync("trainer", "CONT");
        Stack.StatusOf(await _stack.WaitAsync(waiting, _ => false)).ShouldBe("completed", _stack.Log);

        (await _stack.Gateway.PostAsync($"runs/{cancelled}/resume", null)).StatusCode.ShouldBe(HttpStatusCode.Accepted);
        Stack.StatusOf(await _stack.WaitAsync(cancelled, _ => false)).ShouldBe("completed", _stack.Log);
        string[] runs = [.. (await _stack.Gateway.GetFromJsonAsync<JsonArray>("runs"))!.Select(run => run!["run"]!.GetValue<string>())];
        runs.ShouldBeUnique();
        runs.ShouldAllBe(run => !run.Contains(':'));
    }

    [Fact]
    public async Task The_openapi_document_has_every_route()
    {
        JsonNode document = (await _stack.Gateway.GetFromJsonAsync<JsonNode>("openapi/v1.json"))!;
        document["paths"]!.AsObject().Select(path => path.Key).ShouldBe(
            [
                "/runs", "/runs/{run}", "/runs/{run}/events", "/runs/{run}/cancel", "/runs/{run}/suspend", "/runs/{run}/resume",
                "/runs/{run}/report", "/runs/{run}/metrics", "/runs/{run}/curves", "/runs/{run}/record", "/runs/{run}/request", "/runs/{run}/trials",
                "/runs/{run}/workload", "/runs/{run}/model/{file}", "/runs/{run}/mistakes", "/runs/{run}/data/{event}", "/compare",
                "/models", "/models/{name}", "/models/{name}/drift", "/models/{name}/explain", "/models/{name}/promote",
                "/models/{name}/rollback", "/models/{name}/canary", "/models/{name}/shadow",
            ],
            ignoreOrder: true);
    }

    private async Task<(HttpStatusCode Status, JsonNode Body)> PostAsync(JsonObject body, string key)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "runs") { Content = JsonContent.Create(body) };
        request.Headers.Add("Idempotency-Key", key);
        using HttpResponseMessage answer = await _stack.Gateway.SendAsync(request);
        return (answer.StatusCode, JsonNode.Parse(await answer.Content.ReadAsStringAsync())!);
    }
}

/// <summary>What only a stack of another make-up shows.</summary>
public sealed class GatewayRefusalTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("daprhep-gateway-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task A_run_is_refused_while_an_app_it_needs_has_no_worker_and_the_app_is_named()
    {
        string file = Path.Combine(_folder, "tye.yaml");
        File.WriteAllText(file, $"""
            services:
              - name: ingest
                project: {Repository.Root}/services/Ingest/DaprHep.Ingest.csproj
              - name: pipeline
                project: {Repository.Root}/workflows/Gateway/DaprHep.Gateway.csproj
            """);
        await using Stack stack = await Stack.StartAsync("--file", file);
        using HttpResponseMessage answer = await stack.Gateway.PostAsJsonAsync("runs", stack.SampleRequest("store"));
        answer.StatusCode.ShouldBe(HttpStatusCode.ServiceUnavailable);
        (await answer.Content.ReadAsStringAsync()).ShouldContain("no worker is connected for features, trainer");
        (await stack.Gateway.GetFromJsonAsync<JsonArray>("runs"))!.ShouldBeEmpty();
    }

    [Fact]
    public async Task With_a_token_set_only_its_bearer_is_answered_and_the_stack_works_with_all_tokens_on()
    {
        var tokens = new Dictionary<string, string> { ["DAPRHEP_API_TOKEN"] = "gate", ["APP_API_TOKEN"] = "app", ["DAPR_API_TOKEN"] = "dapr" };
        await using Stack stack = await Stack.StartAsync(tokens);
        (await stack.Gateway.GetAsync("runs")).StatusCode.ShouldBe(HttpStatusCode.Unauthorized);
        stack.Gateway.DefaultRequestHeaders.Authorization = new("Bearer", "wrong");
        (await stack.Gateway.GetAsync("runs")).StatusCode.ShouldBe(HttpStatusCode.Unauthorized);
        stack.Gateway.DefaultRequestHeaders.Authorization = new("Bearer", "gate");
        JsonObject request = stack.SampleRequest("store");
        request["epochs"] = 1;
        string run = await stack.StartRunAsync(request);
        (await stack.Gateway.GetStringAsync($"runs/{run}/events")).ShouldContain("event: progress");
        Stack.StatusOf(await stack.StateAsync(run)).ShouldBe("completed");
        (await stack.Gateway.PostAsync("progress", null)).StatusCode.ShouldBe(HttpStatusCode.Unauthorized);
    }
}
