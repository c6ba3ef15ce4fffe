using System.Text.Json.Nodes;

namespace DaprHep.EndToEnd.Tests;

/// <summary>SIGKILL for every process in every step of a run: whatever dies, a run ends with the same model and nothing besides.</summary>
public sealed class KillTests
{
    private const int Seed = 20260101;
    private static readonly string[] Targets = ["ingest", "features", "trainer", "pipeline", "sidecar"];
    private static readonly string[] Steps = ["plan", "convert", "statistics", "shards", "train", "evaluate"];

    /// <summary>
    /// Five runs at once. Each has a target that is killed at a random moment of each of its steps, so 30 kills hit all of them.
    /// </summary>
    [Fact]
    public async Task Thirty_kills_at_random_moments_of_each_step_change_nothing()
    {
        await using SupervisedStack stack = SupervisedStack.Start();
        string undisturbed = await stack.StartRunAsync(Request(stack, "undisturbed"), "undisturbed");
        Stack.StatusOf(await stack.WaitAsync(undisturbed, _ => false)).ShouldBe("completed");
        string[] expected = ObjectsOf(stack, "undisturbed", undisturbed);
        expected.ShouldContain(name => name.EndsWith("model.safetensors", StringComparison.Ordinal));

        int kills = (await Task.WhenAll(Targets.Select((target, i) => RunAsync(stack, target, new Random(Seed + i), expected, undisturbed)))).Sum();
        kills.ShouldBe(Targets.Length * Steps.Length);
    }

    /// <summary>Four runs that search hyper-parameters, each with a target that is killed at three moments of the search.</summary>
    [Fact]
    public async Task Kills_during_a_search_change_nothing_of_what_it_finds()
    {
        await using SupervisedStack stack = SupervisedStack.Start();
        string expected = await SearchAsync(stack, "undisturbed", _ => Task.CompletedTask);
        string[] targets = ["tuning", "trainer", "pipeline", "sidecar"];
        string[] found = await Task.WhenAll(targets.Select((target, i) => SearchAsync(stack, target, async run =>
        {
            var random = new Random(Seed + i);
            await stack.WaitAsync(run, state => state["step"]?.GetValue<string>() == "tune");
            for (int kill = 0; kill < 3; kill++)
            {
                await Task.Delay(random.Next(0, 400));
                stack.Kill(target);
            }
        })));
        foreach ((string target, string study) in targets.Zip(found))
            study.ShouldBe(expected, $"{target} was killed");
    }

    // What was found, whatever the order in which it was found.
    private static async Task<string> SearchAsync(SupervisedStack stack, string store, Func<string, Task> meanwhile)
    {
        JsonObject request = Request(stack, store);
        request["tune"] = new JsonObject
        {
            ["space"] = """{"hidden":[{"choice":[8,16]}],"batch":{"choice":[32,64]},"epochs":60}""", ["algorithm"] = "grid", ["parallel"] = 2,
        };
        string run = await stack.StartRunAsync(request, store);
        await meanwhile(run);
        JsonNode state = await stack.WaitAsync(run, _ => false);
        Stack.StatusOf(state).ShouldBe("completed", state.ToJsonString());
        JsonNode study = JsonNode.Parse(await File.ReadAllTextAsync(Path.Combine(stack.StoreOf(store), "runs", run, "trials.json")))!;
        return string.Join('\n', study["trials"]!.AsArray().Select(trial =>
            $"{trial!["parameters"]!.ToJsonString()} {trial["state"]} {trial["rungs"]!.AsArray().Single()!["auc"]}").Append(study["best"]!.ToJsonString()));
    }

    private static async Task<int> RunAsync(SupervisedStack stack, string target, Random random, string[] expected, string undisturbed)
    {
        string run = await stack.StartRunAsync(Request(stack, target), target);
        for (int step = 0; step < Steps.Length; step++)
        {
            await stack.WaitAsync(run, state => Array.IndexOf(Steps, state["step"]?.GetValue<string>()) >= step);
            await Task.Delay(random.Next(0, 120));
            stack.Kill(target);
        }
        JsonNode end = await stack.WaitAsync(run, _ => false);
        Stack.StatusOf(end).ShouldBe("completed", end.ToJsonString());
        ObjectsOf(stack, target, run).ShouldBe(expected, $"{target} was killed");
        string model = end["result"]!["model"]!.GetValue<string>();
        byte[] weights = await File.ReadAllBytesAsync(Path.Combine(stack.StoreOf(target), model, "model.safetensors"));
        weights.ShouldBe(await File.ReadAllBytesAsync(Path.Combine(stack.StoreOf("undisturbed"), model, "model.safetensors")));
        CountsOf(stack, target, run).ShouldBe(CountsOf(stack, "undisturbed", undisturbed));
        return Steps.Length;
    }

    private static JsonObject Request(SupervisedStack stack, string store) => new()
    {
        ["store"] = new Uri(stack.StoreOf(store)).AbsoluteUri,
        ["epochs"] = 20,
        ["attempts"] = 30,
        ["samples"] = new JsonArray([.. ((string[])["qcd", "ttbar", "wjets"]).Select(name => new JsonObject
        {
            ["class"] = name,
            ["files"] = new JsonArray([.. Directory.EnumerateFiles(Path.Combine(Repository.Samples, name), "*.root").Order(StringComparer.Ordinal).Select(f => (JsonNode)f)]),
        })]),
    };

    // What a killed process had not finished is no object; checkpoints are taken by the clock, and are no outputs.
    private static string[] ObjectsOf(SupervisedStack stack, string store, string run) =>
    [
        .. Directory.EnumerateFiles(stack.StoreOf(store), "*", SearchOption.AllDirectories)
            .Where(file => !file.EndsWith(".partial", StringComparison.Ordinal))
            .Select(file => Path.GetRelativePath(stack.StoreOf(store), file).Replace(run, "RUN", StringComparison.Ordinal))
            .Where(name => !name.StartsWith("checkpoints/", StringComparison.Ordinal))
            .Order(StringComparer.Ordinal),
    ];

    private static string CountsOf(SupervisedStack stack, string store, string run) =>
        JsonNode.Parse(File.ReadAllText(Path.Combine(stack.StoreOf(store), "runs", run, "metrics.json")))!["events"]!.ToJsonString();
}
