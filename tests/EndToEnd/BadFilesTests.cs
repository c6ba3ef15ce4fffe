using System.Text.Json.Nodes;

namespace DaprHep.EndToEnd.Tests;

/// <summary>Files that can't be read, found when the run is planned or in the middle of it, and what <c>--max-bad-files</c> makes of them.</summary>
public sealed class BadFilesTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("daprhep-badfiles-").FullName;

    private string Garbage => Path.Combine(_folder, "samples", "qcd", "garbage.root");

    private string Damaged => Path.Combine(_folder, "samples", "ttbar", "ttbar_b.root");

    public BadFilesTests()
    {
        foreach (string name in (string[])["qcd", "ttbar", "wjets"])
        {
            Directory.CreateDirectory(Path.Combine(_folder, "samples", name));
            Directory.CreateDirectory(Path.Combine(_folder, "clean", name));
            foreach (string file in Directory.EnumerateFiles(Path.Combine(Repository.Samples, name), "*.root"))
            {
                File.Copy(file, Path.Combine(_folder, "samples", name, Path.GetFileName(file)));
                if (Path.GetFileName(file) != Path.GetFileName(Damaged))
                    File.Copy(file, Path.Combine(_folder, "clean", name, Path.GetFileName(file)));
            }
        }
        File.WriteAllText(Garbage, "this is not a ROOT file");
        // The tree's header is at the end of the file; baskets are damaged, so that only reading them shows it.
        byte[] content = File.ReadAllBytes(Damaged);
        for (int i = 2_000; i < content.Length / 2; i++)
            content[i] ^= 0x5A;
        File.WriteAllBytes(Damaged, content);
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task Bad_files_are_left_out_listed_and_change_nothing_for_the_rest()
    {
        DaprHepCommand.Result result = await RunAsync("samples", "2");
        result.ExitCode.ShouldBe(0, result.Error);
        DaprHepCommand.Result clean = await RunAsync("clean", "0");
        clean.ExitCode.ShouldBe(0, clean.Error);
        ModelOf("samples").ShouldBe(ModelOf("clean"));

        JsonNode record = JsonNode.Parse(await File.ReadAllTextAsync(Path.Combine(_folder, "out-samples", "run.json")))!;
        record["bad_files"]!.AsArray().Select(file => file!["url"]!.GetValue<string>()).ShouldBe([Garbage, Damaged]);
        record["bad_files"]!.AsArray().ShouldAllBe(file => file!["error"]!.GetValue<string>().Length > 20);
        record["inputs"]!.AsArray().Select(input => input!["url"]!.GetValue<string>()).ShouldNotContain(Damaged);
        string report = await File.ReadAllTextAsync(Path.Combine(_folder, "out-samples", "report.html"));
        report.ShouldContain("garbage.root: ");
        report.ShouldContain("ttbar_b.root: ");
    }

    [Theory]
    [InlineData("0")]
    [InlineData("1")]
    public async Task More_bad_files_than_allowed_are_bad_input_that_names_them(string allowed)
    {
        DaprHepCommand.Result result = await RunAsync("samples", allowed);
        result.ExitCode.ShouldBe(3, result.Error);
        result.Error.TrimEnd().Split('\n')[^1].ShouldContain(allowed == "0" ? Garbage : Damaged);
        Directory.Exists(Path.Combine(_folder, "out-samples")).ShouldBeFalse();
    }

    [Fact]
    public async Task A_gateway_lists_them_in_the_result_and_refuses_a_wrong_limit()
    {
        await using Stack stack = await Stack.StartAsync();
        JsonObject request = stack.SampleRequest("bad");
        request["epochs"] = 1;
        request["maxBadFiles"] = 2;
        foreach (JsonNode? sample in request["samples"]!.AsArray())
        {
            string folder = Path.Combine(_folder, "samples", sample!["class"]!.GetValue<string>());
            sample["files"] = new JsonArray([.. Directory.EnumerateFiles(folder).Order(StringComparer.Ordinal).Select(f => (JsonNode)f)]);
        }
        JsonNode state = await stack.WaitAsync(await stack.StartRunAsync(request), _ => false);
        Stack.StatusOf(state).ShouldBe("completed", stack.Log);
        state["result"]!["badFiles"]!.AsArray().Select(file => file!["url"]!.GetValue<string>()).ShouldBe([Garbage, Damaged]);

        request["maxBadFiles"] = 1;
        JsonNode failed = await stack.WaitAsync(await stack.StartRunAsync(request), _ => false);
        Stack.StatusOf(failed).ShouldBe("failed");
        failed["error"]!.GetValue<string>().ShouldContain("at most 1 may be");

        File.Copy(Path.Combine(Repository.Samples, "ttbar", "ttbar_b.root"), Damaged, overwrite: true);
        string run = failed["run"]!.GetValue<string>();
        DaprHepCommand.Result resumed = await DaprHepCommand.RunAsync("resume", run, "--gateway", stack.Url);
        resumed.ExitCode.ShouldBe(0, resumed.Error);
        JsonNode done = await stack.WaitAsync(run, _ => false);
        Stack.StatusOf(done).ShouldBe("completed", stack.Log);
        done["result"]!["badFiles"]!.AsArray().Count.ShouldBe(1);
        (await stack.Gateway.PostAsync($"runs/{run}/resume", null)).StatusCode.ShouldBe(System.Net.HttpStatusCode.Conflict);
    }

    private Task<DaprHepCommand.Result> RunAsync(string samples, string allowed) => DaprHepCommand.RunAsync(
        "run", Path.Combine(_folder, samples), "--out", Path.Combine(_folder, $"out-{samples}"), "--epochs", "2", "--max-bad-files", allowed);

    private byte[] ModelOf(string samples) => File.ReadAllBytes(Path.Combine(_folder, $"out-{samples}", "model", "model.safetensors"));
}
