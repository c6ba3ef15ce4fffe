using System.Text.Json.Nodes;
using DaprHep.Data.Datasets;
using DaprHep.Data.Objects;

namespace DaprHep.EndToEnd.Tests;

/// <summary><c>daprhep models drift</c>: what a served model's events are like, beside those of its training.</summary>
public sealed class DriftCommandTests(SampleRun run) : IClassFixture<SampleRun>
{
    private const int MissingEnergy = 1;
    private const int Times = 4;

    [Fact]
    public async Task Drift_names_the_quantities_that_have_moved_and_only_those()
    {
        await using ServedModel served = await ServedModel.StartAsync(Path.Combine(run.Out, "model"));
        string serving = served.Http.BaseAddress!.ToString();
        JsonNode before = await DriftAsync(served.Name, serving);
        (before["alarm"]!.GetValue<bool>(), before["report"]!["events"]!.GetValue<long>()).ShouldBe((false, 0));

        List<float[]> events = await EventsAsync();
        foreach (float[] hlf in events)
            hlf[MissingEnergy] += 200;
        for (int i = 0; i < Times; i++)
            await ServedModel.PredictAsync(served.Http, served.Name, BodyOf(events));
        JsonNode after = await DriftAsync(served.Name, serving);
        after["alarm"]!.GetValue<bool>().ShouldBeTrue(after.ToJsonString());
        after["report"]!["events"]!.GetValue<long>().ShouldBe(Times * events.Count);
        after["report"]!["features"]!.AsArray().Where(one => one!["hasDrifted"]!.GetValue<bool>())
            .Select(one => one!["name"]!.GetValue<string>()).ShouldBe(["MET"]);

        DaprHepCommand.Result table = await DaprHepCommand.RunAsync("models", "drift", served.Name, "--serving", serving);
        table.ExitCode.ShouldBe(0, table.Error);
        table.Output.ShouldContain($"the last {Times * events.Count} events");
        string[] lines = [.. table.Output.Split('\n').Where(line => line.Contains("drifted"))];
        lines.Where(line => !line.Contains("score ")).ShouldHaveSingleItem().ShouldContain("MET");
    }

    [Fact]
    public async Task Drift_of_a_model_that_is_not_served_is_refused_in_one_line()
    {
        await using ServedModel served = await ServedModel.StartAsync(Path.Combine(run.Out, "model"));
        DaprHepCommand.Result result = await DaprHepCommand.RunAsync("models", "drift", "nobody", "--serving", served.Http.BaseAddress!.ToString());
        result.ExitCode.ShouldBe(3);
        result.Error.Trim().Split('\n').ShouldHaveSingleItem().ShouldContain("nobody");
    }

    private static async Task<JsonNode> DriftAsync(string name, string serving)
    {
        DaprHepCommand.Result result = await DaprHepCommand.RunAsync("models", "drift", name, "--serving", serving, "--json");
        result.ExitCode.ShouldBe(0, result.Error);
        return JsonNode.Parse(result.Output)!;
    }

    // All events that the run has selected, as physics has computed them.
    private async Task<List<float[]>> EventsAsync()
    {
        ObjectStore store = ObjectStore.Open(Path.Combine(run.Out, "store"));
        List<float[]> events = [];
        foreach (string folder in Directory.GetDirectories(Path.Combine(run.Out, "store", "events")).Order())
        {
            Dataset dataset = await Dataset.OpenAsync(store, $"events/{Path.GetFileName(folder)}");
            await dataset.ForEachTableAsync(table =>
            {
                for (int i = 0; i < table.Count; i++)
                    events.Add(table.HlfOf(i).ToArray());
            });
        }
        return events;
    }

    private static JsonObject BodyOf(List<float[]> events) => new()
    {
        ["events"] = new JsonArray([.. events.Select((hlf, i) => new JsonObject
        {
            ["id"] = i, ["hlf"] = new JsonArray([.. hlf.Select(value => (JsonNode)value)]),
        })]),
    };
}
