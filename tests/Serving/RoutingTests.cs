using System.Collections.Concurrent;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using DaprHep.Learning.Artifacts;
using DaprHep.Serving.Models;

namespace DaprHep.Serving.Tests;

/// <summary>Swaps, rollbacks, canaries and shadows: which version answers, and that no request suffers from a change of it.</summary>
public sealed class RoutingTests
{
    [Fact]
    public async Task Under_load_no_request_fails_while_versions_are_swapped_rolled_back_and_routed()
    {
        using ModelFolder first = new("hlf"), second = new("trees");
        await using var service = new CatalogueServer();
        await service.AddAsync("top", first);
        await service.AddAsync("top", second);
        using HttpClient http = await service.StartAsync();
        await CatalogueServer.WaitAsync(http, "top", "v1");
        RawEvents events = ModelFolder.Events.Select(1, 500, 900);
        JsonObject body = Server.BodyOf(events, id: i => (ulong)i);
        Dictionary<string, float[]> expected = new()
        {
            ["v1"] = DaprHep.Inference.Tests.Models.Predict(first.Predictor, events),
            ["v2"] = DaprHep.Inference.Tests.Models.Predict(second.Predictor, events),
        };
        var seen = new ConcurrentDictionary<string, int>();
        using var stop = new CancellationTokenSource();
        Task[] load = [.. Enumerable.Range(0, 4).Select(_ => Task.Run(async () =>
        {
            while (!stop.IsCancellationRequested)
            {
                using HttpResponseMessage response = await http.PostAsJsonAsync("top/predict", body);
                string text = await response.Content.ReadAsStringAsync();
                response.IsSuccessStatusCode.ShouldBeTrue(text);
                JsonNode answer = JsonNode.Parse(text)!;
                string version = (string)answer["version"]!;
                seen.AddOrUpdate(version, 1, (_, count) => count + 1);
                JsonArray predictions = answer["predictions"]!.AsArray();
                for (int i = 0; i < events.Count; i++)
                {
                    float[] own = [.. predictions[i]!["probabilities"]!.AsArray().Select(p => p!.GetValue<float>())];
                    own.ShouldBe(expected[(string?)predictions[i]!["version"] ?? version][(i * 3)..((i + 1) * 3)], 1e-6);
                }
            }
        }))];
        for (int i = 0; i < 15; i++)
        {
            await OkAsync("POST", "top/promote", new JsonObject { ["version"] = "v2" });
            await OkAsync("PUT", "top/canary", new JsonObject { ["version"] = "v1", ["percent"] = 50 });
            await OkAsync("DELETE", "top/canary");
            await OkAsync("PUT", "top/shadow", new JsonObject { ["version"] = "v1" });
            await OkAsync("POST", "top/rollback");
        }
        await stop.CancelAsync();
        await Task.WhenAll(load);
        seen.Keys.Order().ShouldBe(["v1", "v2"]);
        (await http.GetFromJsonAsync<JsonNode>("top"))!["version"]!.GetValue<string>().ShouldBe("v1");

        async Task OkAsync(string method, string path, JsonObject? change = null)
        {
            (int status, JsonNode answer) = await CatalogueServer.ChangeAsync(http, method, path, change);
            status.ShouldBe(200, answer.ToJsonString());
        }
    }

    [Fact]
    public async Task A_canary_gets_its_share_of_the_events_always_the_same_ones_and_none_without_an_id()
    {
        using ModelFolder first = new("hlf"), second = new("trees");
        await using var service = new CatalogueServer();
        await service.AddAsync("parted", first);
        await service.AddAsync("parted", second);
        using HttpClient http = await service.StartAsync();
        await CatalogueServer.WaitAsync(http, "parted", "v1");
        await CatalogueServer.ChangeAsync(http, "PUT", "parted/canary", new JsonObject { ["version"] = "v2", ["percent"] = 25 });
        RawEvents events = ModelFolder.Events.Select([.. Enumerable.Range(0, 1000)]);
        bool[] canary = await AskAsync(i => (ulong)i);
        canary.Count(own => own).ShouldBeInRange(200, 300);
        canary.ShouldBe(Enumerable.Range(0, 1000).Select(i => Answer.IsInShare((ulong)i, 25)));
        (await AskAsync(i => (ulong)i)).ShouldBe(canary);
        (await AskAsync(_ => null)).ShouldAllBe(own => !own);
        string metrics = await http.GetStringAsync(new Uri("/metrics", UriKind.Relative));
        int own = canary.Count(one => one);
        metrics.ShouldContain($"daprhep_serving_events_total{{model=\"parted\",version=\"v1\"}} {3000 - (2 * own)}");
        metrics.ShouldContain($"daprhep_serving_events_total{{model=\"parted\",version=\"v2\"}} {2 * own}");

        async Task<bool[]> AskAsync(Func<int, JsonNode?> id)
        {
            using HttpResponseMessage response = await http.PostAsJsonAsync("parted/predict", Server.BodyOf(events, id: id));
            JsonNode answer = (await response.Content.ReadFromJsonAsync<JsonNode>())!;
            return [.. answer["predictions"]!.AsArray().Select(one => (string?)one!["version"] == "v2")];
        }
    }

    [Fact]
    public async Task A_shadow_is_compared_with_what_was_answered()
    {
        using ModelFolder first = new("hlf"), second = new("trees");
        await using var service = new CatalogueServer();
        await service.AddAsync("top", first);
        await service.AddAsync("top", second);
        using HttpClient http = await service.StartAsync();
        await CatalogueServer.WaitAsync(http, "top", "v1");
        await CatalogueServer.ChangeAsync(http, "PUT", "top/shadow", new JsonObject { ["version"] = "v2" });
        RawEvents events = ModelFolder.Events.Select([.. Enumerable.Range(0, 200)]);
        using HttpResponseMessage response = await http.PostAsJsonAsync("top/predict", Server.BodyOf(events));
        ((string?)(await response.Content.ReadFromJsonAsync<JsonNode>())!["version"]).ShouldBe("v1");
        float[] one = DaprHep.Inference.Tests.Models.Predict(first.Predictor, events);
        float[] two = DaprHep.Inference.Tests.Models.Predict(second.Predictor, events);
        float[] differences = [.. Enumerable.Range(0, 200).Select(i => Enumerable.Range(3 * i, 3).Max(k => Math.Abs(one[k] - two[k])))];
        using var limit = new CancellationTokenSource(Patience.Limit);
        JsonNode? statistics = null;
        while (((long?)statistics?["events"] ?? 0) == 0)
        {
            await Task.Delay(20, limit.Token);
            statistics = (await http.GetFromJsonAsync<JsonNode>("top", limit.Token))!["shadowStatistics"];
        }
        ((string?)statistics!["version"]).ShouldBe("v2");
        ((long?)statistics["events"]).ShouldBe(200);
        ((double)statistics["largestDifference"]!).ShouldBe(differences.Max(), 1e-6);
        ((double)statistics["meanDifference"]!).ShouldBe(differences.Average(), 1e-6);
    }

    [Fact]
    public async Task Every_replica_follows_and_a_new_one_serves_what_the_store_says()
    {
        using ModelFolder first = new("hlf"), second = new("trees");
        await using var service = new CatalogueServer();
        using HttpClient early = await service.StartAsync();
        await service.AddAsync("top", first);
        await service.AddAsync("top", second);
        using HttpClient late = await service.StartAsync();
        await CatalogueServer.WaitAsync(early, "top", "v1");
        await CatalogueServer.WaitAsync(late, "top", "v1");
        await CatalogueServer.ChangeAsync(late, "POST", "top/promote", new JsonObject { ["version"] = "v2" });
        await CatalogueServer.WaitAsync(early, "top", "v2");
        using HttpClient later = await service.StartAsync();
        await CatalogueServer.WaitAsync(later, "top", "v2");
    }

    [Fact]
    public async Task An_altered_file_is_refused_and_what_was_served_goes_on()
    {
        using ModelFolder first = new("hlf"), second = new("trees");
        await using var service = new CatalogueServer();
        await service.AddAsync("top", first);
        using HttpClient http = await service.StartAsync();
        await CatalogueServer.WaitAsync(http, "top", "v1");
        await service.AddAsync("top", second);
        string newest = Directory.GetDirectories(Path.Combine(service.Folder, "models")).Single(folder =>
            File.ReadAllText(Path.Combine(folder, SavedModel.DescriptionName)).Contains("\"trees\"", StringComparison.Ordinal));
        File.AppendAllText(Path.Combine(newest, SavedModel.DescriptionName), " ");
        (int status, JsonNode answer) = await CatalogueServer.ChangeAsync(
            http, "POST", "top/promote", new JsonObject { ["version"] = "v2" });
        status.ShouldBe(409, answer.ToJsonString());
        ((string?)answer["detail"]).ShouldNotBeNull().ShouldContain("was altered and is not served");
        foreach (string place in (string[])["canary", "shadow"])
        {
            JsonObject choice = new() { ["version"] = "v2", ["percent"] = 5 };
            (await CatalogueServer.ChangeAsync(http, "PUT", $"top/{place}", choice)).Status.ShouldBe(409);
        }
        JsonNode top = (await http.GetFromJsonAsync<JsonNode>("top"))!;
        ((string?)top["version"], (string?)top["problem"]).ShouldBe(("v1", null));
        using HttpResponseMessage response = await http.PostAsJsonAsync("top/predict", Server.BodyOf(ModelFolder.Events.Select(1)));
        response.IsSuccessStatusCode.ShouldBeTrue();
    }

    [Fact]
    public async Task A_new_replica_serves_the_version_before_one_whose_file_is_gone_and_all_other_models_until_the_file_is_back()
    {
        using ModelFolder first = new("hlf"), second = new("trees");
        await using var service = new CatalogueServer();
        await service.AddAsync("top", first);
        await service.AddAsync("top", second);
        await service.AddAsync("zero", first);
        using HttpClient early = await service.StartAsync();
        await CatalogueServer.WaitAsync(early, "top", "v1");
        (await CatalogueServer.ChangeAsync(early, "POST", "top/promote", new JsonObject { ["version"] = "v2" })).Status.ShouldBe(200);
        string weights = Directory.GetDirectories(Path.Combine(service.Folder, "models"))
            .Where(folder => File.ReadAllText(Path.Combine(folder, SavedModel.DescriptionName)).Contains("\"trees\"", StringComparison.Ordinal))
            .Select(folder => Path.Combine(folder, SavedModel.WeightsName)).Single();
        File.Move(weights, weights + ".away");

        using HttpClient late = await service.StartAsync();
        await CatalogueServer.WaitAsync(late, "top", "v1");
        await CatalogueServer.WaitAsync(late, "zero", "v1");
        JsonNode top = (await late.GetFromJsonAsync<JsonNode>("top"))!;
        ((string?)top["problem"]).ShouldNotBeNull().ShouldStartWith("v2 can't be served:");
        using HttpResponseMessage answer = await late.PostAsJsonAsync("top/predict", Server.BodyOf(ModelFolder.Events.Select(1)));
        answer.IsSuccessStatusCode.ShouldBeTrue();
        ((string?)(await early.GetFromJsonAsync<JsonNode>("top"))!["version"]).ShouldBe("v2");

        File.Move(weights + ".away", weights);
        await CatalogueServer.WaitAsync(late, "top", "v2");
        ((string?)(await late.GetFromJsonAsync<JsonNode>("top"))!["problem"]).ShouldBeNull();
    }

    [Fact]
    public async Task What_cannot_be_done_is_said_with_the_reason()
    {
        using ModelFolder flat = new("hlf"), deep = new("sequence");
        await using var service = new CatalogueServer();
        await service.AddAsync("top", flat);
        await service.AddAsync("top", deep);
        await service.AddAsync("top", flat, physics: "cern2019");
        using HttpClient http = await service.StartAsync();
        await CatalogueServer.WaitAsync(http, "top", "v1");
        await IsAsync(409, "which callers need not send", "PUT", "top/canary", new JsonObject { ["version"] = "v2", ["percent"] = 5 });
        await IsAsync(409, "cern2019", "PUT", "top/shadow", new JsonObject { ["version"] = "v3" });
        await IsAsync(409, "is served already", "PUT", "top/shadow", new JsonObject { ["version"] = "v1" });
        await IsAsync(422, "v1, v2, v3", "PUT", "top/shadow", new JsonObject { ["version"] = "v9" });
        await IsAsync(422, "0", "PUT", "top/canary", new JsonObject { ["version"] = "v2", ["percent"] = 0 });
        await IsAsync(422, "v1, v2, v3", "POST", "top/promote", new JsonObject { ["version"] = "v9" });
        await IsAsync(409, "no version of top was served before v1", "POST", "top/rollback");
        await IsAsync(404, "nothing is served as 'nope'", "POST", "nope/rollback");

        async Task IsAsync(int expected, string what, string method, string path, JsonObject? body = null)
        {
            (int status, JsonNode answer) = await CatalogueServer.ChangeAsync(http, method, path, body);
            status.ShouldBe(expected, answer.ToJsonString());
            answer["detail"]!.GetValue<string>().ShouldContain(what);
        }
    }
}
