using System.Text.Json.Nodes;

namespace DaprHep.EndToEnd.Tests;

/// <summary><c>daprhep gc</c> over stores that runs have filled.</summary>
public sealed class GcTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("daprhep-gc-").FullName;

    private string Store => Path.Combine(_folder, "store");

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task What_only_a_forgotten_run_needed_goes_and_the_other_run_finds_all_it_had()
    {
        await RunAsync("forgotten", "--epochs", "1", "--physics", "cern2019");
        await RunAsync("kept", "--epochs", "1");
        (await GcAsync("--older-than", "0"))["garbage"]!.AsArray().ShouldBeEmpty("both runs have their records");

        string record = Directory.EnumerateFiles(Path.Combine(Store, "runs"), "run.json", SearchOption.AllDirectories)
            .Single(file => File.ReadAllText(file).Contains("cern2019", StringComparison.Ordinal));
        Directory.Delete(Path.GetDirectoryName(record)!, recursive: true);
        (await GcAsync())["garbage"]!.AsArray().ShouldBeEmpty("all of it was written in the last days");
        int objects = Directory.EnumerateFiles(Store, "*", SearchOption.AllDirectories).Count();
        JsonArray shown = (await GcAsync("--older-than", "0"))["garbage"]!.AsArray();
        shown.Select(item => StepOf(item!)).Distinct()
            .ShouldBe(["evaluations", "models", "training", "statistics", "events", "plans"], ignoreOrder: true);
        Directory.EnumerateFiles(Store, "*", SearchOption.AllDirectories).Count().ShouldBe(objects, "nothing goes unless it is asked for");

        (await GcAsync("--older-than", "0", "--delete"))["garbage"]!.AsArray().Count.ShouldBe(shown.Count);
        string[] data = DataFiles();
        await RunAsync("again", "--epochs", "1");
        DataFiles().ShouldBe(data, "the run that was kept makes nothing anew");
        File.ReadAllBytes(Path.Combine(_folder, "again", "model", "model.safetensors"))
            .ShouldBe(File.ReadAllBytes(Path.Combine(_folder, "kept", "model", "model.safetensors")));
    }

    [Fact]
    public async Task What_a_run_under_way_needs_stays_though_it_is_old_and_no_record_names_it()
    {
        await using Stack stack = await Stack.StartAsync();
        JsonObject request = stack.SampleRequest("store");
        request["epochs"] = 1;
        string store = new Uri(request["store"]!.GetValue<string>()).LocalPath;
        await stack.WaitAsync(await stack.StartRunAsync(request), _ => false);
        Directory.Delete(Path.Combine(store, "runs"), recursive: true);
        foreach (string file in Directory.EnumerateFiles(store, "*", SearchOption.AllDirectories))
            File.SetLastWriteTimeUtc(file, DateTime.UtcNow - TimeSpan.FromDays(30));

        request["epochs"] = 200;
        string run = await stack.StartRunAsync(request);
        await stack.WaitAsync(run, state => state["step"]?.GetValue<string>() is not (null or "plan"));
        var kept = new List<int>();
        do
        {
            DaprHepCommand.Result gc = await DaprHepCommand.RunAsync("gc", store, "--delete", "--json");
            gc.ExitCode.ShouldBe(0, gc.Error);
            JsonNode.Parse(gc.Output)!["garbage"]!.AsArray().ShouldBeEmpty();
            kept.Add(JsonNode.Parse(gc.Output)!["kept"]!.GetValue<int>());
        }
        while (Stack.StatusOf(await stack.StateAsync(run)) == "running");
        kept[0].ShouldBeGreaterThan(5);
        JsonNode end = await stack.WaitAsync(run, _ => false);
        Stack.StatusOf(end).ShouldBe("completed", end.ToJsonString());
    }

    private static string StepOf(JsonNode item) => item["name"]!.GetValue<string>().Split('/')[0];

    private string[] DataFiles() =>
    [
        .. Directory.EnumerateFiles(Store, "*", SearchOption.AllDirectories)
            .Where(file => !Path.GetRelativePath(Store, file).StartsWith("runs/", StringComparison.Ordinal)
                && !Path.GetRelativePath(Store, file).StartsWith("plans/", StringComparison.Ordinal))
            .Select(file => $"{file} {File.GetLastWriteTimeUtc(file):O}").Order(StringComparer.Ordinal),
    ];

    private async Task RunAsync(string name, params string[] arguments)
    {
        DaprHepCommand.Result run = await DaprHepCommand.RunAsync(
            ["run", Repository.Samples, "--out", Path.Combine(_folder, name), "--store", Store, .. arguments]);
        run.ExitCode.ShouldBe(0, run.Error);
    }

    private async Task<JsonNode> GcAsync(params string[] arguments)
    {
        DaprHepCommand.Result gc = await DaprHepCommand.RunAsync(["gc", Store, "--json", .. arguments]);
        gc.ExitCode.ShouldBe(0, gc.Error);
        return JsonNode.Parse(gc.Output)!;
    }
}
