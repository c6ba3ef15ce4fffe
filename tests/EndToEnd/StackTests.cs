using System.Diagnostics;
using System.Text.Json.Nodes;

namespace DaprHep.EndToEnd.Tests;

/// <summary>The local stack: the same results as in one process, whatever the number of processes and whichever of them dies.</summary>
public sealed class StackTests(SampleRun embedded) : IClassFixture<SampleRun>, IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("daprhep-stack-out-").FullName;

    private byte[] EmbeddedModel => File.ReadAllBytes(Path.Combine(embedded.Out, "model", "model.safetensors"));

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task A_run_through_the_gateway_gives_the_model_of_the_embedded_run_and_Ctrl_C_stops_within_seconds()
    {
        await using Stack stack = await Stack.StartAsync();
        string run = await stack.StartRunAsync(stack.SampleRequest("store"));
        (await stack.ModelAsync(run, "store")).ShouldBe(EmbeddedModel);

        TimeSpan asked = Patience.Undisturbed;
        (await stack.InterruptAsync()).ShouldBe(0, stack.Log);
        (Patience.Undisturbed - asked).ShouldBeLessThan(TimeSpan.FromSeconds(6));
        foreach (JsonNode? service in stack.Services)
            Should.Throw<ArgumentException>(() => Process.GetProcessById(service!["process"]!.GetValue<int>()));
    }

    [Fact]
    public async Task Three_replicas_give_the_same_model_also_when_one_is_killed_in_mid_run()
    {
        await using Stack stack = await Stack.StartAsync("--replicas", "ingest=3");
        string first = await stack.StartRunAsync(stack.SampleRequest("first"));
        (await stack.ModelAsync(first, "first")).ShouldBe(EmbeddedModel);

        string second = await stack.StartRunAsync(stack.SampleRequest("second"));
        JsonNode state = await stack.WaitAsync(second, s => s["step"]?.GetValue<string>() == "convert");
        await stack.SignalAsync("ingest-2", "KILL");
        (await stack.ModelAsync(second, "second")).ShouldBe(EmbeddedModel, state.ToJsonString());
        stack.Log.ShouldContain("the other replicas of ingest go on");

        string third = await stack.StartRunAsync(stack.SampleRequest("third"));
        (await stack.ModelAsync(third, "third")).ShouldBe(EmbeddedModel);
    }

    [Fact]
    public async Task The_death_of_a_service_ends_the_stack_with_an_error_that_names_it()
    {
        await using Stack stack = await Stack.StartAsync();
        await stack.SignalAsync("features", "KILL");
        (await stack.ExitAsync()).ShouldBe(4);
        stack.Log.ShouldContain("features (process");
        foreach (JsonNode? service in stack.Services)
            Should.Throw<ArgumentException>(() => Process.GetProcessById(service!["process"]!.GetValue<int>()));
    }

    [Fact]
    public async Task Run_with_a_gateway_leaves_what_an_embedded_run_leaves_and_the_other_verbs_know_it()
    {
        await using Stack stack = await Stack.StartAsync();
        string output = Path.Combine(_folder, "out"), report = Path.Combine(_folder, "report.html");
        DaprHepCommand.Result result = await DaprHepCommand.RunAsync("run", Repository.Samples, "--out", output, "--gateway", stack.Url, "--json");
        result.ExitCode.ShouldBe(0, result.Error + stack.Log);
        result.Error.ShouldContain("convert: ");
        JsonNode.Parse(result.Output)!["metrics"]!["accuracy"]!.GetValue<double>().ShouldBeGreaterThan(0.8);
        File.ReadAllBytes(Path.Combine(output, "model", "model.safetensors")).ShouldBe(EmbeddedModel);

        string run = (await JsonAsync("runs"))[0]!["run"]!.GetValue<string>();
        Stack.StatusOf(await JsonAsync("status", run)).ShouldBe("completed");
        DaprHepCommand.Result watched = await DaprHepCommand.RunAsync("watch", run, "--gateway", stack.Url);
        watched.Output.ShouldContain("is completed: accuracy");
        string seen = await OnTerminalAsync("watch", run, "--gateway", stack.Url);
        seen.ShouldContain("is completed: accuracy");
        foreach (string word in (string[])["convert", "evaluate", "WriteReport", "loss 0."])
            seen.ShouldContain(word);
        (await JsonAsync("workload", run))["stages"]!.AsArray().Select(stage => stage!["step"]!.GetValue<string>())
            .ShouldBe(["plan", "convert", "statistics", "shards", "train", "evaluate", "report"]);
        JsonNode mistake = (await JsonAsync("mistakes", run))["mistakes"]![0]!;
        (string id, string answer) = (mistake["event"]!.GetValue<string>(), $"{mistake["class"]}, taken for {mistake["answer"]}");
        (await JsonAsync("event", run, id))["explanation"]!["features"]!.AsArray().Count.ShouldBe(14);
        DaprHepCommand.Result shown = await DaprHepCommand.RunAsync("event", run, id, "--gateway", stack.Url);
        shown.Output.ShouldContain(answer);
        shown.Output.ShouldContain("MET");
        DaprHepCommand.Result asked = await DaprHepCommand.RunAsync("download", run, "request.json", "--out", "-", "--gateway", stack.Url);
        JsonNode.Parse(asked.Output)!["run"]!.GetValue<string>().ShouldBe(run);
        DaprHepCommand.Result none = await DaprHepCommand.RunAsync("download", run, "trials.json", "--gateway", stack.Url);
        (none.ExitCode, none.Error).ShouldBe((3, $"daprhep: run {run} has no trials.json\n"));
        string saved = (await JsonAsync("download", run, "run.json", "--out", Path.Combine(_folder, "run.json")))["file"]!.GetValue<string>();
        File.ReadAllBytes(saved).ShouldBe(File.ReadAllBytes(Path.Combine(output, "run.json")));
        await JsonAsync("report", run, "--out", report);
        File.ReadAllBytes(report).ShouldBe(File.ReadAllBytes(Path.Combine(output, "report.html")));
        foreach ((string document, string file) in new[] { ("metrics", "metrics.json"), ("curves", "curves.json"), ("record", "run.json") })
            (await stack.Gateway.GetByteArrayAsync($"runs/{run}/{document}")).ShouldBe(File.ReadAllBytes(Path.Combine(output, file)));
        string other = JsonNode.Parse((await DaprHepCommand.RunAsync(
            "run", Repository.Samples, "--out", Path.Combine(_folder, "other"), "--epochs", "2", "--gateway", stack.Url, "--json")).Output)!
            ["run"]!["run"]!.GetValue<string>();
        JsonNode compared = await JsonAsync("compare", run, other, "--out", Path.Combine(_folder, "compare.html"));
        compared["runs"]!.AsArray().Select(one => one!["run"]!.GetValue<string>()).ShouldBe([run, other]);
        compared["same_test_set"]!.GetValue<bool>().ShouldBeTrue();
        DaprHepCommand.Result cancelled = await DaprHepCommand.RunAsync("cancel", run, "--gateway", stack.Url);
        (cancelled.ExitCode, cancelled.Error).ShouldBe((3, $"daprhep: run {run} is completed and can't be cancelled\n"));

        async Task<JsonNode> JsonAsync(params string[] arguments)
        {
            DaprHepCommand.Result answer = await DaprHepCommand.RunAsync([.. arguments, "--gateway", stack.Url, "--json"]);
            answer.ExitCode.ShouldBe(0, answer.Error);
            return JsonNode.Parse(answer.Output)!;
        }
    }

    // What a command shows on a terminal, which the program `script` makes.
    private static async Task<string> OnTerminalAsync(params string[] arguments)
    {
        string command = string.Join(' ', ((string[])["dotnet", DaprHepCommand.Program, .. arguments]).Select(word => $"'{word}'"));
        var start = new ProcessStartInfo("script", ["-qec", $"stty cols 160 rows 50; {command}", "/dev/null"]) { RedirectStandardOutput = true };
        start.Environment["TERM"] = "xterm-256color";
        using Process process = Process.Start(start)!;
        string output = await process.StandardOutput.ReadToEndAsync().WaitAsync(Patience.Limit);
        await process.WaitForExitAsync();
        process.ExitCode.ShouldBe(0, output);
        return output;
    }

    [Fact]
    public async Task Bad_input_is_not_tried_again_and_is_the_same_line_as_in_an_embedded_run()
    {
        string bad = Path.Combine(_folder, "bad.root");
        File.WriteAllText(bad, "this is not a ROOT file");
        string[] samples = ["--sample", $"qcd={bad}", "--sample", $"ttbar={Repository.Samples}/ttbar/*.root", "--sample", $"wjets={Repository.Samples}/wjets/*.root"];
        DaprHepCommand.Result here = await DaprHepCommand.RunAsync(["run", .. samples, "--out", Path.Combine(_folder, "here")]);
        await using Stack stack = await Stack.StartAsync();
        DaprHepCommand.Result there = await DaprHepCommand.RunAsync(["run", .. samples, "--out", Path.Combine(_folder, "there"), "--gateway", stack.Url]);
        (there.ExitCode, there.Error.Split('\n')[^2]).ShouldBe((3, here.Error.Split('\n')[^2]));
        Directory.Exists(Path.Combine(_folder, "there")).ShouldBeFalse();
    }

    [Fact]
    public async Task A_gateway_that_is_not_there_is_one_line()
    {
        DaprHepCommand.Result result = await DaprHepCommand.RunAsync("runs", "--gateway", "http://127.0.0.1:1");
        result.ExitCode.ShouldBe(4);
        result.Error.ShouldContain("no gateway at http://127.0.0.1:1/");
        result.Error.ShouldContain("./daprhep up");
    }
}
