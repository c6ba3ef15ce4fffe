using System.Text.Json.Nodes;

namespace DaprHep.EndToEnd.Tests;

/// <summary>Hyper-parameters searched on the shards of a run.</summary>
public sealed class TuneTests(SampleRun run) : IClassFixture<SampleRun>, IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("daprhep-tune-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task It_leaves_the_trials_the_best_parameters_a_page_and_a_model()
    {
        string output = Path.Combine(_folder, "out");
        DaprHepCommand.Result result = await TuneAsync(
            output, "--algorithm", "tpe", "--trials", "12", "--folds", "2", "--parallel", "2", "--json");
        result.ExitCode.ShouldBe(0, result.Error);
        Directory.GetFileSystemEntries(output).Select(Path.GetFileName).Order(StringComparer.Ordinal)
            .ShouldBe([
                "best.json", "curves.json", "metrics.json", "model", "report.html", "run.json", "trials.json", "tuning.html",
            ]);
        File.ReadAllText(Path.Combine(output, "report.html")).ShouldContain("Points of the search");
        JsonNode summary = JsonNode.Parse(result.Output)!, trials = Trials(output);
        summary["trials"]!.GetValue<int>().ShouldBe(12);
        summary["epochs"]!.GetValue<int>().ShouldBe(12 * 9 * 2);
        JsonNode best = JsonNode.Parse(File.ReadAllText(Path.Combine(output, "best.json")))!;
        JsonNode.DeepEquals(best, summary["best"]!["parameters"]).ShouldBeTrue();
        JsonNode.DeepEquals(best, trials["best"]!["parameters"]).ShouldBeTrue();
        JsonNode model = JsonNode.Parse(File.ReadAllText(Path.Combine(output, "model", "model.json")))!;
        JsonNode.DeepEquals(model["parameters"]!["hidden"], best["hidden"]).ShouldBeTrue();
        (await DaprHepCommand.RunAsync("evaluate", Path.Combine(output, "model"), run.Out)).ExitCode.ShouldBe(0);
    }

    [Fact]
    public async Task Killed_again_and_again_it_comes_to_what_it_would_have_come_to()
    {
        string[] options = ["--algorithm", "asha", "--trials", "18", "--parallel", "1"];
        string whole = Path.Combine(_folder, "whole"), killed = Path.Combine(_folder, "killed");
        (await TuneAsync(whole, options)).ExitCode.ShouldBe(0);

        int kept = 0;
        foreach (int results in (int[])[1, 6, 13])
        {
            await TuneAsync(killed, [.. options, "--resume"], async process =>
            {
                while (!process.HasExited && Results(killed) < results)
                    await Task.Delay(5);
                process.Kill();
            });
            Results(killed).ShouldBeGreaterThanOrEqualTo(Math.Max(results, kept));
            kept = Results(killed);
        }
        DaprHepCommand.Result result = await TuneAsync(killed, [.. options, "--resume"]);
        result.ExitCode.ShouldBe(0, result.Error);
        Outcome(killed).ShouldBe(Outcome(whole));
        File.ReadAllBytes(Path.Combine(killed, "model", "model.safetensors"))
            .ShouldBe(File.ReadAllBytes(Path.Combine(whole, "model", "model.safetensors")));
    }

    [Fact]
    public async Task A_search_that_is_there_is_not_overwritten_and_may_be_given_more_trials()
    {
        string output = Path.Combine(_folder, "out");
        (await TuneAsync(output, "--algorithm", "random", "--trials", "2")).ExitCode.ShouldBe(0);
        ShouldFail(await TuneAsync(output, "--algorithm", "random", "--trials", "2"), "--out", "--resume");
        ShouldFail(await TuneAsync(output, "--algorithm", "random", "--seed", "2", "--resume"), "trials.json", "other options or data");
        DaprHepCommand.Result more = await TuneAsync(output, "--algorithm", "random", "--trials", "3", "--resume");
        more.ExitCode.ShouldBe(0, more.Error);
        Trials(output)["trials"]!.AsArray().Count.ShouldBe(3);
    }

    [Theory]
    [InlineData("batch: 64\nhiden: [5]", "line 2: hiden: model 'hlf' does not take it; it takes hidden, batch")]
    [InlineData("batch: {choice: [64, 0]}", "line 1: batch: expected a whole number from 1")]
    [InlineData("batch: {choose: [64]}", "line 1: batch: expected one of choice, int, uniform, loguniform")]
    [InlineData("batch: [", "line ")]
    [InlineData("", "is empty")]
    public async Task A_wrong_search_space_is_said_with_line_and_field(string yaml, string problem)
    {
        string path = Path.Combine(_folder, "wrong.yaml");
        await File.WriteAllTextAsync(path, yaml);
        ShouldFail(await DaprHepCommand.RunAsync("tune", run.Out, "--space", path, "--out", Path.Combine(_folder, "out")), path, problem);
        Directory.Exists(Path.Combine(_folder, "out")).ShouldBeFalse();
    }

    [Fact]
    public async Task What_is_not_there_is_named()
    {
        string output = Path.Combine(_folder, "out");
        ShouldFail(await TuneAsync(output, "--model", "oracle"), "no model 'oracle'", "hlf");
        ShouldFail(await DaprHepCommand.RunAsync("tune", run.Out, "--space", "nowhere.yaml", "--out", output), "nowhere.yaml");
        ShouldFail(await DaprHepCommand.RunAsync("tune", _folder, "--space", Space(), "--out", output), "no dataset");
        ShouldFail(await TuneAsync(Repository.Samples), "--out", "holds other files");
        (await TuneAsync(output, "--algorithm", "luck")).ExitCode.ShouldBe(2);
    }

    private static int Results(string output) =>
        File.Exists(Path.Combine(output, "trials.json")) ? Outcome(output).Split("auc").Length - 1 : 0;

    /// <summary>All points and their figures at each rung, without what differs from run to run: how long they took.</summary>
    private static string Outcome(string output) => string.Join('\n', Trials(output)["trials"]!.AsArray().Select(trial =>
        $"{trial!["parameters"]!.ToJsonString()} {string.Join(' ', trial["rungs"]!.AsArray().Where(rung => rung!["auc"] is not null)
            .Select(rung => $"{rung!["epochs"]} auc {rung["auc"]}"))}"));

    private static JsonNode Trials(string output) => JsonNode.Parse(File.ReadAllText(Path.Combine(output, "trials.json")))!;

    private static void ShouldFail(DaprHepCommand.Result result, params string[] mentions)
    {
        result.ExitCode.ShouldBe(3, result.Error);
        string line = result.Error.TrimEnd();
        line.ShouldStartWith("daprhep: ");
        line.Split('\n').Length.ShouldBe(1);
        foreach (string mention in mentions)
            line.ShouldContain(mention);
        result.Output.ShouldBeEmpty();
    }

    private Task<DaprHepCommand.Result> TuneAsync(string output, params string[] options) =>
        TuneAsync(output, options, _ => Task.CompletedTask);

    private Task<DaprHepCommand.Result> TuneAsync(string output, string[] options, Func<System.Diagnostics.Process, Task> meanwhile) =>
        DaprHepCommand.RunAsync(meanwhile, ["tune", run.Out, "--space", Space(), "--out", output, .. options]);

    private string Space()
    {
        string path = Path.Combine(_folder, "space.yaml");
        File.WriteAllText(
            path,
            "hidden: [{choice: [10, 20, 50]}, {int: [5, 20]}]\nlearning_rate: {loguniform: [1e-3, 1e-1]}\nepochs: 9\nschedule: cosine\n");
        return path;
    }
}
