using System.Diagnostics;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using DaprHep.Data.Datasets;
using DaprHep.Data.Objects;
using DaprHep.Learning.Artifacts;
using DaprHep.Learning.Models;
using DaprHep.Learning.Training;

namespace DaprHep.EndToEnd.Tests;

/// <summary>From a run to a served model: with one command after it, and by the workflow's own promotion.</summary>
public sealed class ServingTests(SampleRun embedded) : IClassFixture<SampleRun>, IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("daprhep-serving-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task Serve_answers_for_raw_test_events_what_the_trainer_evaluated_and_Ctrl_C_ends_it()
    {
        await using ServedModel served = await ServedModel.StartAsync(Path.Combine(embedded.Out, "model"));
        (ulong[] ids, float[] expected, JsonObject body) = await TestEventsAsync();
        JsonNode answer = await ServedModel.PredictAsync(served.Http, served.Name, body);
        JsonArray predictions = answer["predictions"]!.AsArray();
        predictions.Select(one => one!["id"]!.GetValue<ulong>()).ShouldBe(ids);
        predictions.SelectMany(one => one!["probabilities"]!.AsArray().Select(p => p!.GetValue<float>())).ShouldBe(expected, 1e-6);
        (await served.InterruptAsync()).ShouldBe(130);
    }

    [Fact]
    public async Task Serve_refuses_what_it_cannot_serve_in_one_line()
    {
        await FailsAsync(3, "model.json", "serve", Path.Combine(_folder, "nothing"));
        await FailsAsync(2, "DAPRHEP_API_TOKEN", "serve", Path.Combine(embedded.Out, "model"), "--host", "0.0.0.0");
        await FailsAsync(2, "--name", "serve", Path.Combine(embedded.Out, "model"), "--name", "no name");
        string altered = Path.Combine(_folder, "altered");
        Directory.CreateDirectory(altered);
        foreach (string file in Directory.GetFiles(Path.Combine(embedded.Out, "model")))
            File.Copy(file, Path.Combine(altered, Path.GetFileName(file)));
        string weights = Path.Combine(altered, "model.safetensors");
        byte[] bytes = File.ReadAllBytes(weights);
        bytes[^1] ^= 1;
        File.WriteAllBytes(weights, bytes);
        await FailsAsync(3, "was altered", "serve", altered);

        static async Task FailsAsync(int code, string what, params string[] arguments)
        {
            DaprHepCommand.Result result = await DaprHepCommand.RunAsync(arguments);
            result.ExitCode.ShouldBe(code, result.Error);
            result.Error.Trim().Split('\n').ShouldHaveSingleItem().ShouldContain(what);
        }
    }

    [Fact]
    public async Task An_embedded_run_promotes_into_its_store_and_says_so()
    {
        string store = new Uri(Path.Combine(_folder, "store")).AbsoluteUri;
        JsonNode first = await RunAsync("first", "50");
        first["promotion"]!["served"]!.GetValue<bool>().ShouldBeTrue();
        first["promotion"]!["version"]!.GetValue<string>().ShouldBe("v1");
        JsonNode worse = await RunAsync("worse", "1");
        worse["promotion"]!["served"]!.GetValue<bool>().ShouldBeFalse();
        worse["promotion"]!["against"]!.GetValue<string>().ShouldBe("v1");
        worse["promotion"]!["reasons"]!.AsArray().ShouldNotBeEmpty();
        File.ReadAllText(Path.Combine(_folder, "worse", "report.html")).ShouldContain("v2 of top is not served");

        async Task<JsonNode> RunAsync(string name, string epochs)
        {
            DaprHepCommand.Result result = await DaprHepCommand.RunAsync(
                "run", Repository.Samples, "--out", Path.Combine(_folder, name), "--store", store, "--epochs", epochs,
                "--promote", "top", "--json");
            result.ExitCode.ShouldBe(0, result.Error);
            return JsonNode.Parse(result.Output)!["run"]!;
        }
    }

    [Fact]
    public async Task A_promoted_model_is_served_by_every_replica_a_worse_one_is_not_and_a_restart_changes_nothing()
    {
        await using Stack stack = await Stack.StartAsync("--replicas", "serving=2");
        using HttpClient one = ClientOf(stack, "serving-1"), two = ClientOf(stack, "serving-2");
        JsonNode promotion = await PromoteAsync(stack, epochs: 50);
        promotion["served"]!.GetValue<bool>().ShouldBeTrue(stack.Log);
        await ServesAsync(one, "v1");
        await ServesAsync(two, "v1");
        (ulong[] ids, float[] expected, JsonObject body) = await TestEventsAsync();
        JsonArray predictions = (await ServedModel.PredictAsync(two, "hlf", body))["predictions"]!.AsArray();
        predictions.Select(p => p!["id"]!.GetValue<ulong>()).ShouldBe(ids);
        predictions.SelectMany(p => p!["probabilities"]!.AsArray().Select(q => q!.GetValue<float>())).ShouldBe(expected, 1e-6);

        JsonNode worse = await PromoteAsync(stack, epochs: 1);
        worse["served"]!.GetValue<bool>().ShouldBeFalse();
        worse["reasons"]!.AsArray().ShouldNotBeEmpty();
        await ServesAsync(one, "v1");
        JsonNode again = await PromoteAsync(stack, epochs: 50);
        (again["served"]!.GetValue<bool>(), again["version"]!.GetValue<string>()).ShouldBe((true, "v1"));

        JsonNode model = (await one.GetFromJsonAsync<JsonNode>("v1/models/hlf"))!;
        model["versions"]!.AsArray().Select(version => version!["version"]!.GetValue<string>()).ShouldBe(["v1", "v2"]);
        model["metrics"]!["auc"]!["qcd"]!.GetValue<double>().ShouldBeGreaterThan(0.9);
        model["lineage"]!["statistics"]!.GetValue<string>().ShouldStartWith("statistics/");

        string serving = one.BaseAddress!.ToString();
        (await ModelsAsync(0, "promote", "hlf", "v2"))["version"]!.GetValue<string>().ShouldBe("v2");
        await ServesAsync(two, "v2");
        (await ModelsAsync(0, "canary", "hlf", "v1", "12.5"))["canary"]!["percent"]!.GetValue<double>().ShouldBe(12.5);
        (await ModelsAsync(0, "rollback", "hlf"))["version"]!.GetValue<string>().ShouldBe("v1");
        await ServesAsync(two, "v1");
        (await ModelsAsync(0))[0]!["name"]!.GetValue<string>().ShouldBe("hlf");
        DaprHepCommand.Result shown = await DaprHepCommand.RunAsync("models", "show", "hlf", "--serving", serving);
        shown.Output.ReplaceLineEndings(" ").ShouldContain($"v2 was not served: {worse["reasons"]![0]!.GetValue<string>()}");
        int sidecar = stack.Services.First(s => s!["service"]!.GetValue<string>() == "serving")!["sidecar"]!.GetValue<int>();
        JsonArray invoked = (await one.GetFromJsonAsync<JsonArray>($"http://127.0.0.1:{sidecar}/v1.0/invoke/serving/method/v1/models"))!;
        invoked.Select(line => (string?)line!["name"]).ShouldBe(["hlf"]);
        await ModelsAsync(3, "promote", "hlf", "v7");
        await ModelsAsync(2, "canary", "hlf", "v2", "many");

        async Task<JsonNode> ModelsAsync(int code, params string[] arguments)
        {
            DaprHepCommand.Result result = await DaprHepCommand.RunAsync(["models", .. arguments, "--serving", serving, "--json"]);
            result.ExitCode.ShouldBe(code, result.Error);
            return code == 0 ? JsonNode.Parse(result.Output)! : new JsonObject();
        }
    }

    // A run of the samples in the stack's own store, and what came of its promotion.
    private static async Task<JsonNode> PromoteAsync(Stack stack, int epochs)
    {
        JsonObject request = stack.SampleRequest("store");
        request["store"] = new Uri(Path.Combine(stack.Data, "store")).AbsoluteUri;
        (request["promote"], request["epochs"]) = ("hlf", epochs);
        string run = await stack.StartRunAsync(request);
        JsonNode state = await stack.WaitAsync(run, _ => false);
        Stack.StatusOf(state).ShouldBe("completed", $"{state.ToJsonString()}\n{stack.Log}");
        return state["result"]!["promotion"]!;
    }

    private static async Task ServesAsync(HttpClient http, string version)
    {
        long started = Stopwatch.GetTimestamp();
        while (true)
        {
            JsonArray served = (await http.GetFromJsonAsync<JsonArray>("v1/models"))!;
            if (served.Any(line => line!["version"]?.GetValue<string>() == version))
                return;
            Stopwatch.GetElapsedTime(started).ShouldBeLessThan(Patience.Limit, served.ToJsonString());
            await Task.Delay(50);
        }
    }

    private static HttpClient ClientOf(Stack stack, string name)
    {
        JsonNode service = stack.Services.Single(s => s!["name"]!.GetValue<string>() == name)!;
        return new HttpClient { BaseAddress = new Uri($"http://127.0.0.1:{service["port"]!.GetValue<int>()}") };
    }

    // The test events of the embedded run as ingest found them, and the probabilities by the code that evaluates.
    private async Task<(ulong[] Ids, float[] Probabilities, JsonObject Body)> TestEventsAsync()
    {
        ObjectStore store = ObjectStore.Open(Path.Combine(embedded.Out, "store"));
        JsonNode record = JsonNode.Parse(File.ReadAllBytes(Path.Combine(embedded.Out, "run.json")))!;
        string statisticsKey = record["objects"]!["statistics"]!.GetValue<string>();
        FeatureStatistics statistics = await store.ReadJsonAsync(statisticsKey, StatisticsJson.Default.FeatureStatistics);
        LabelledEvents events = await TrainingShards.LoadAsync(store, statisticsKey, statistics, DataSplit.Test, "hlf");
        string folder = Path.Combine(embedded.Out, "model");
        var saved = new SavedModel(
            File.ReadAllBytes(Path.Combine(folder, "model.safetensors")), File.ReadAllBytes(Path.Combine(folder, "model.json")));
        using Classifier model = saved.Load().Model;

        var raw = new Dictionary<ulong, float[]>();
        foreach (string folderOfEvents in Directory.GetDirectories(Path.Combine(embedded.Out, "store", "events")))
        {
            Dataset dataset = await Dataset.OpenAsync(store, $"events/{Path.GetFileName(folderOfEvents)}");
            await dataset.ForEachTableAsync(table =>
            {
                for (int i = 0; i < table.Count; i++)
                    raw[table.Ids.Span[i]] = table.HlfOf(i).ToArray();
            });
        }
        ulong[] ids = events.Ids.ToArray();
        var body = new JsonObject
        {
            ["events"] = new JsonArray([.. ids.Select(id => new JsonObject
            {
                ["id"] = id,
                ["hlf"] = new JsonArray([.. raw[id].Select(value => (JsonNode)value)]),
            })]),
        };
        return (ids, model.Probabilities(events), body);
    }
}
