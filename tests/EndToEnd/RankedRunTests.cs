using System.Globalization;
using System.Net.Http.Json;
using System.Text.Json.Nodes;

namespace DaprHep.EndToEnd.Tests;

/// <summary>Runs whose model is trained by several processes.</summary>
public sealed class RankedRunTests : IDisposable
{
    private const int Epochs = 600;
    private readonly string _folder = Directory.CreateTempSubdirectory("daprhep-ranked-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task Ranks_train_the_same_model_every_time_though_one_is_killed_in_a_process_or_in_services()
    {
        string undisturbed = Path.Combine(_folder, "undisturbed"), killed = Path.Combine(_folder, "killed");
        DaprHepCommand.Result result = await DaprHepCommand.RunAsync(ArgumentsFor(undisturbed));
        result.ExitCode.ShouldBe(0, result.Error);
        File.Exists(Path.Combine(undisturbed, "report.html")).ShouldBeTrue();
        JsonNode record = JsonNode.Parse(File.ReadAllText(Path.Combine(undisturbed, "run.json")))!;
        record["parameters"]!["ranks"]!.GetValue<int>().ShouldBe(2);
        Directory.Exists(Path.Combine(undisturbed, "store", "checkpoints")).ShouldBeFalse();
        byte[] expected = File.ReadAllBytes(Path.Combine(undisturbed, "model", "model.safetensors"));

        result = await DaprHepCommand.RunAsync(
            _ => RankProcesses.KillAfterCheckpointAsync(Path.Combine(killed, "store", "checkpoints"), killed), ArgumentsFor(killed));
        result.ExitCode.ShouldBe(0, result.Error);
        File.ReadAllBytes(Path.Combine(killed, "model", "model.safetensors")).ShouldBe(expected);

        await using Stack stack = await Stack.StartAsync();
        JsonObject request = RequestFor(stack, "services", Epochs);
        string run = await stack.StartRunAsync(request), store = FolderOf(request);
        await RankProcesses.KillAfterCheckpointAsync(Path.Combine(store, "checkpoints"), store);
        (await stack.ModelAsync(run, "services")).ShouldBe(expected);
        stack.Log.ShouldContain("Attempt 2 at job train-");

        // Both attempts are told of with their ranks, and where the time of the second one went.
        JsonNode workload = (await stack.Gateway.GetFromJsonAsync<JsonNode>($"runs/{run}/workload"))!;
        JsonNode[] ranks = [.. workload["timeline"]!.AsArray().Where(span => span!["work"]!.GetValue<string>() == "rank").Select(span => span!)];
        ranks.Select(span => $"{span["part"]} {span["state"]}").Order().ShouldBe(["0 done", "0 lost", "1 done", "1 lost"]);
        JsonNode train = workload["stages"]!.AsArray().Single(stage => stage!["step"]!.GetValue<string>() == "train")!;
        train["works"]!.GetValue<int>().ShouldBe(2);
        foreach (JsonNode rank in ranks.Where(span => span["state"]!.GetValue<string>() == "done"))
        {
            JsonNode replica = train["replicas"]!.AsArray().Single(one => one!["process"]!.GetValue<string>() == rank["process"]!.GetValue<string>())!;
            double kernel = replica["seconds"]!["kernel"]!.GetValue<double>(), sums = replica["seconds"]!["all-reduce"]!.GetValue<double>();
            Math.Min(kernel, sums).ShouldBeGreaterThan(0);
            (kernel + sums).ShouldBeLessThanOrEqualTo(replica["wallSeconds"]!.GetValue<double>());
        }
    }

    [Fact]
    public async Task Ranks_end_with_their_run()
    {
        await using Stack stack = await Stack.StartAsync();
        JsonObject request = RequestFor(stack, "endless", 1_000_000);
        string run = await stack.StartRunAsync(request), store = FolderOf(request);
        await RankProcesses.WaitForCheckpointAsync(Path.Combine(store, "checkpoints"));
        (await RankProcesses.FindAsync(store)).Count.ShouldBe(2);
        (await stack.Gateway.PostAsync($"runs/{run}/cancel", null)).EnsureSuccessStatusCode();
        await RankProcesses.WaitForNoneAsync(store);

        request = RequestFor(stack, "orphaned", 1_000_000);
        store = FolderOf(request);
        await stack.StartRunAsync(request);
        await RankProcesses.WaitForCheckpointAsync(Path.Combine(store, "checkpoints"));
        (await RankProcesses.FindAsync(store)).Count.ShouldBe(2);
        await stack.SignalAsync("trainer", "KILL");
        await RankProcesses.WaitForNoneAsync(store);
    }

    [Fact]
    public async Task Trees_are_refused_before_anything_is_done()
    {
        string output = Path.Combine(_folder, "trees");
        DaprHepCommand.Result result = await DaprHepCommand.RunAsync(
            "run", Repository.Samples, "--model", "trees", "--ranks", "2", "--out", output);
        result.ExitCode.ShouldBe(3, result.Error);
        result.Error.ShouldContain("model 'trees' is trained by one process");
        Directory.Exists(output).ShouldBeFalse();
    }

    private static string[] ArgumentsFor(string output) =>
        ["run", Repository.Samples, "--ranks", "2", "--epochs", Epochs.ToString(CultureInfo.InvariantCulture), "--out", output];

    private static JsonObject RequestFor(Stack stack, string store, int epochs)
    {
        JsonObject request = stack.SampleRequest(store);
        (request["ranks"], request["epochs"]) = (2, epochs);
        return request;
    }

    private static string FolderOf(JsonObject request) => new Uri(request["store"]!.GetValue<string>()).LocalPath;
}
