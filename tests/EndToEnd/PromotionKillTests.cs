using System.Net.Http.Json;
using System.Text.Json.Nodes;

namespace DaprHep.EndToEnd.Tests;

/// <summary>SIGKILL for the serving replica while it promotes: the catalogue is whole, and nothing is promoted twice or not at all.</summary>
public sealed class PromotionKillTests
{
    private const int Seed = 20261123, Runs = 3, Kills = 2;
    private const string Model = "top";

    [Fact]
    public async Task A_replica_that_is_killed_while_it_promotes_loses_no_promotion_and_doubles_none()
    {
        await using SupervisedStack stack = SupervisedStack.Start();
        var random = new Random(Seed);
        var runs = new List<string>();
        JsonNode last = new JsonObject();
        for (int i = 0; i < Runs; i++)
        {
            string run = await stack.StartRunAsync(Request(stack, epochs: 10 + (20 * i)), $"run-{i}");
            for (int kill = 0; kill < Kills; kill++)
            {
                await stack.WaitAsync(run, state => state["step"]?.GetValue<string>() == "promote");
                await Task.Delay(random.Next(0, 300));
                stack.Kill("serving");
            }
            last = await stack.WaitAsync(run, _ => false);
            Stack.StatusOf(last).ShouldBe("completed", last.ToJsonString());
            last["result"]!["promotion"]!["version"]!.GetValue<string>().ShouldBe($"v{i + 1}");
            runs.Add(run);
        }

        string folder = Path.Combine(stack.StoreOf("serving"), "serving");
        JsonNode catalogue = JsonNode.Parse(File.ReadAllText(Directory.GetFiles(folder, "revision-*.json").Order(StringComparer.Ordinal).Last()))!;
        JsonNode model = catalogue["models"]!.AsArray().ShouldHaveSingleItem()!;
        model["promotions"]!.AsArray().Select(promotion => promotion!["run"]!.GetValue<string>()).ShouldBe(runs);
        model["versions"]!.AsArray().Select(version => version!["version"]!.GetValue<string>()).ShouldBe(["v1", "v2", "v3"]);

        // The replica that was started last serves what the catalogue says.
        string served = model["served"]!.AsArray()[^1]!.GetValue<string>();
        await WaitAsync(async () => (await stack.Serving.GetFromJsonAsync<JsonArray>("v1/models"))!
            .Any(line => (string?)line!["name"] == Model && (string?)line["version"] == served));
    }

    private static async Task WaitAsync(Func<Task<bool>> reached)
    {
        using var limit = new CancellationTokenSource(Patience.Limit);
        while (true)
        {
            try
            {
                if (await reached())
                    return;
            }
            catch (HttpRequestException)
            {
                // It does not listen yet.
            }
            await Task.Delay(100, limit.Token);
        }
    }

    private static JsonObject Request(SupervisedStack stack, int epochs) => new()
    {
        ["store"] = new Uri(stack.StoreOf("serving")).AbsoluteUri,
        ["epochs"] = epochs,
        ["attempts"] = 30,
        ["promote"] = Model,
        ["samples"] = new JsonArray([.. ((string[])["qcd", "ttbar", "wjets"]).Select(name => new JsonObject
        {
            ["class"] = name,
            ["files"] = new JsonArray([.. Directory.EnumerateFiles(Path.Combine(Repository.Samples, name), "*.root")
                .Order(StringComparer.Ordinal).Select(file => (JsonNode)file)]),
        })]),
    };
}
