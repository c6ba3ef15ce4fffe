using System.Text.Json.Nodes;

namespace DaprHep.EndToEnd.Tests;

/// <summary>Finished runs side by side.</summary>
public sealed class CompareTests(SampleRun run) : IClassFixture<SampleRun>, IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("daprhep-compare-").FullName;

    private string Page => Path.Combine(_folder, "compare.html");

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task Runs_are_compared_and_those_of_other_test_events_are_marked()
    {
        string store = Path.Combine(run.Out, "store"), longer = Path.Combine(_folder, "longer"), other = Path.Combine(_folder, "other");
        (await DaprHepCommand.RunAsync("run", Repository.Samples, "--out", longer, "--epochs", "3", "--store", store)).ExitCode.ShouldBe(0);
        (await DaprHepCommand.RunAsync("run", Repository.Samples, "--out", other, "--epochs", "3", "--store", store, "--seed", "2")).ExitCode.ShouldBe(0);

        DaprHepCommand.Result same = await DaprHepCommand.RunAsync("compare", run.Out, longer, "--out", Page, "--json");
        same.ExitCode.ShouldBe(0, same.Error);
        JsonNode json = JsonNode.Parse(same.Output)!;
        json["same_test_set"]!.GetValue<bool>().ShouldBeTrue();
        json["same_inputs"]!.GetValue<bool>().ShouldBeTrue();
        json["differences"]!.AsArray().Select(name => name!.GetValue<string>()).ShouldContain("epochs");
        json["runs"]![0]!["metrics"]!["accuracy"]!.GetValue<double>().ShouldBe(run.Metrics["accuracy"]!.GetValue<double>());
        JsonArray roc = json["runs"]![0]!["curves"]!["roc"]!.AsArray();
        roc.Select(curve => curve!["class"]!.GetValue<string>()).ShouldBe(["qcd", "ttbar", "wjets"]);
        foreach (JsonNode? curve in roc)
        {
            double[] background = ValuesOf(curve!["false_positive_rate"]), signal = ValuesOf(curve["true_positive_rate"]);
            (signal[0], signal[^1], background[^1], background.Length).ShouldBe((0, 1, 1, signal.Length));
            signal.ShouldBe(signal.Order());
        }
        json["runs"]![1]!["curves"]!["training"]!.AsArray().Select(loss => loss!["epoch"]!.GetValue<int>()).ShouldBe([1, 2, 3]);
        File.ReadAllText(Page).ShouldContain("All runs were tested on the same events");

        DaprHepCommand.Result different = await DaprHepCommand.RunAsync("compare", run.Out, other, "--out", Page);
        different.ExitCode.ShouldBe(0, different.Error);
        different.Output.ShouldContain("AUC ttbar");
        different.Output.ShouldContain("tested on different events");
        File.ReadAllText(Page).ShouldContain("These runs were tested on different events.");
    }

    [Fact]
    public async Task A_folder_that_is_no_run_is_named_and_nothing_is_written()
    {
        DaprHepCommand.Result result = await DaprHepCommand.RunAsync("compare", run.Out, _folder, "--out", Page);
        result.ExitCode.ShouldBe(3);
        result.Error.ShouldStartWith($"daprhep: {_folder}: no metrics.json");
        File.Exists(Page).ShouldBeFalse();
    }

    [Fact]
    public async Task A_page_that_cannot_be_written_is_named()
    {
        string nowhere = Path.Combine(_folder, "nowhere", "x.html");
        DaprHepCommand.Result result = await DaprHepCommand.RunAsync("compare", run.Out, $"{run.Out}/../out", "--out", nowhere);
        result.ExitCode.ShouldBe(3);
        result.Error.ShouldStartWith($"daprhep: --out {nowhere}: can't be written");
        File.Exists(nowhere).ShouldBeFalse();
    }

    [Theory]
    [InlineData("one")]
    [InlineData("same", "same/")]
    public async Task Fewer_than_two_runs_or_the_same_twice_is_a_wrong_command_line(params string[] runs)
    {
        DaprHepCommand.Result result = await DaprHepCommand.RunAsync(["compare", .. runs]);
        result.ExitCode.ShouldBe(2, result.Error);
        result.Error.ShouldStartWith("daprhep: RUN");
    }

    private static double[] ValuesOf(JsonNode? list) => [.. list!.AsArray().Select(value => value!.GetValue<double>())];
}
