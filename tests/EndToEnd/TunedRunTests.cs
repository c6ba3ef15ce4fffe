using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace DaprHep.EndToEnd.Tests;

/// <summary>Runs that search hyper-parameters before they train.</summary>
public sealed partial class TunedRunTests : IDisposable
{
    private const string Grid = """{"hidden":[{"choice":[8,16,32]}],"batch":{"choice":[32,64]},"epochs":120}""";
    private readonly string _folder = Directory.CreateTempSubdirectory("daprhep-tuned-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task A_run_with_a_search_trains_with_the_best_hyper_parameters_and_publishes_the_trials()
    {
        string space = Path.Combine(_folder, "space.yaml"), output = Path.Combine(_folder, "out");
        File.WriteAllText(space, "hidden: [{choice: [4, 24]}]\nbatch: {choice: [32, 64]}\nepochs: 6\n");
        DaprHepCommand.Result result = await DaprHepCommand.RunAsync(
            "run", Repository.Samples, "--out", output, "--tune", space, "--algorithm", "grid", "--json", "--class-weights", "balanced",
            "--schedule", "constant");
        result.ExitCode.ShouldBe(0, result.Error);
        result.Error.ShouldContain("tune: ");

        JsonNode study = JsonNode.Parse(File.ReadAllText(Path.Combine(output, "trials.json")))!;
        study["trials"]!.AsArray().Select(trial => trial!["state"]!.GetValue<string>()).ShouldBe(["completed", "completed", "completed", "completed"]);
        JsonNode best = study["best"]!["parameters"]!, model = JsonNode.Parse(File.ReadAllText(Path.Combine(output, "model", "model.json")))!;
        model["lineage"]!["batch"]!.GetValue<int>().ShouldBe(best["batch"]!.GetValue<int>());
        model["lineage"]!["epochs"]!.GetValue<int>().ShouldBe(6);
        study["options"]!["training"]!.ToJsonString().ShouldBe("""{"class_weights":"balanced","schedule":"constant"}""");
        model["lineage"]!["class_weights"]!.GetValue<string>().ShouldBe("balanced");
        model["lineage"]!["schedule"]!.GetValue<string>().ShouldBe("constant");
        File.ReadAllText(Path.Combine(output, "report.html")).ShouldContain("hidden[0]");
        Directory.Exists(Path.Combine(output, "store", "checkpoints")).ShouldBeFalse();
    }

    [Theory]
    [InlineData("hidden: [{choice: [4, -24]}]", "line 1: hidden")]
    [InlineData("batch: {chance: [32]}", "line 1: batch")]
    [InlineData("depth: 3", "line 1: depth")]
    public async Task A_wrong_search_space_is_told_with_line_and_field_before_anything_is_done(string content, string said)
    {
        string space = Path.Combine(_folder, "space.yaml"), output = Path.Combine(_folder, "out");
        File.WriteAllText(space, content);
        DaprHepCommand.Result result = await DaprHepCommand.RunAsync("run", Repository.Samples, "--out", output, "--tune", space);
        result.ExitCode.ShouldBe(3, result.Error);
        result.Error.ShouldContain(said);
        Directory.Exists(output).ShouldBeFalse();
    }

    [Fact]
    public async Task A_search_goes_on_when_a_tuner_and_a_trainer_are_killed_and_finds_the_same()
    {
        await using Stack stack = await Stack.StartAsync("--replicas", "tuning=2", "--replicas", "trainer=2");
        string undisturbed = await RunAsync(stack, "undisturbed", _ => Task.CompletedTask);
        string disturbed = await RunAsync(stack, "disturbed", async run =>
        {
            Match line = await stack.WaitForLogAsync(() => TrialLine().Matches(stack.Log).FirstOrDefault(match => match.Groups["run"].Value == run));
            await stack.SignalAsync("tuning-1", "KILL");
            await stack.SignalAsync(line.Groups["trainer"].Value, "KILL");
        });
        disturbed.ShouldBe(undisturbed);
    }

    // What was found, whatever the order in which it was found.
    private static async Task<string> RunAsync(Stack stack, string store, Func<string, Task> meanwhile)
    {
        JsonObject request = stack.SampleRequest(store);
        request["epochs"] = 5;
        request["tune"] = new JsonObject { ["space"] = Grid, ["algorithm"] = "grid", ["parallel"] = 2 };
        string run = await stack.StartRunAsync(request);
        await meanwhile(run);
        JsonNode state = await stack.WaitAsync(run, _ => false);
        Stack.StatusOf(state).ShouldBe("completed", state.ToJsonString());
        JsonNode study = JsonNode.Parse(await stack.ReadAsync(store, $"runs/{run}/trials.json"))!;
        return string.Join('\n', study["trials"]!.AsArray().Select(trial =>
            $"{trial!["parameters"]!.ToJsonString()} {trial["state"]} {trial["rungs"]!.AsArray().Single()!["auc"]}").Append(study["best"]!.ToJsonString()));
    }

    [GeneratedRegex(@"(?<trainer>trainer-\d)\s*\| .*Attempt 1 at job trial-\w+ of run (?<run>\S+) begins")]
    private static partial Regex TrialLine();
}
