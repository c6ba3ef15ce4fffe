namespace DaprHep.EndToEnd.Tests;

/// <summary>Bad input: one line that says what, where and what to do; exit code 3; nothing left behind.</summary>
public sealed class BadInputTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("daprhep-bad-").FullName;

    private string Out => Path.Combine(_folder, "out");

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public Task A_missing_folder_is_named() => ShouldFail(["run", Path.Combine(_folder, "nowhere")], "nowhere", "no such folder");

    [Fact]
    public Task A_missing_class_is_named()
    {
        string samples = CopySamples();
        Directory.Delete(Path.Combine(samples, "ttbar"), recursive: true);
        return ShouldFail(["run", samples], "ttbar", "missing");
    }

    [Fact]
    public Task A_class_without_files_is_named()
    {
        string samples = CopySamples();
        File.Delete(Path.Combine(samples, "wjets", "x.root"));
        return ShouldFail(["run", samples], "wjets", "no ROOT files");
    }

    [Fact]
    public async Task A_truncated_file_is_named()
    {
        string samples = CopySamples();
        string file = Path.Combine(samples, "qcd", "x.root");
        await using (FileStream stream = File.OpenWrite(file))
            stream.SetLength(stream.Length * 6 / 10);
        await ShouldFail(["run", samples], file);
    }

    [Fact]
    public Task A_file_that_is_not_root_is_named()
    {
        string samples = CopySamples();
        string file = Path.Combine(samples, "qcd", "x.root");
        File.WriteAllText(file, "this is not a ROOT file");
        return ShouldFail(["run", samples], file);
    }

    [Fact]
    public Task A_file_without_the_tree_is_named_with_the_trees_it_has()
    {
        string samples = CopySamples();
        string file = Path.Combine(samples, "qcd", "x.root");
        Patch(file, "TTree\u0007Delphes", "TTree\u0007Delphis");
        return ShouldFail(["run", samples], file, "Delphes", "Delphis");
    }

    [Fact]
    public Task A_tree_without_a_branch_is_named_with_the_branch()
    {
        string samples = CopySamples();
        string file = Path.Combine(samples, "qcd", "x.root");
        TreeHeaderPatch.RenameBranch(file, "Delphes", "EFlowPhoton.ET", "EFlowPhoton.EX");
        return ShouldFail(["run", samples], file, "Delphes", "EFlowPhoton.ET");
    }

    [Fact]
    public Task The_same_file_twice_is_refused()
    {
        string samples = CopySamples();
        File.Copy(Path.Combine(samples, "qcd", "x.root"), Path.Combine(samples, "ttbar", "y.root"));
        return ShouldFail(["run", samples], "x.root", "y.root", "same events");
    }

    [Fact]
    public Task A_class_without_selected_events_is_named_with_its_cut_flow() =>
        ShouldFail(["run", Repository.Samples, "--max-events", "1"], "no selected events", "read");

    [Fact]
    public async Task An_out_that_cannot_be_written_is_named()
    {
        string file = Path.Combine(_folder, "file");
        await File.WriteAllTextAsync(file, "");
        foreach (string output in (string[])[file, Path.Combine(file, "below")])
        {
            DaprHepCommand.Result result = await DaprHepCommand.RunAsync("run", Repository.Samples, "--out", output);
            result.ExitCode.ShouldBe(3);
            OneLine(result).ShouldContain(output);
        }
        (await File.ReadAllTextAsync(file)).ShouldBe("");
    }

    [Fact]
    public async Task An_out_with_other_files_is_left_alone()
    {
        Directory.CreateDirectory(Out);
        string thesis = Path.Combine(Out, "thesis.tex");
        await File.WriteAllTextAsync(thesis, "years of work");
        DaprHepCommand.Result result = await DaprHepCommand.RunAsync("run", Repository.Samples, "--out", Out);
        result.ExitCode.ShouldBe(3);
        Directory.EnumerateFileSystemEntries(Out).ShouldBe([thesis]);
    }

    [Fact]
    public Task An_unknown_model_is_named_with_the_models_there_are() => ShouldFail(["run", Repository.Samples, "--model", "oracle"], "oracle", "hlf");

    [Theory]
    [InlineData("run")]
    [InlineData("run", "samples")]
    [InlineData("run", "samples", "--out", "x", "--epochs", "0")]
    [InlineData("run", "samples", "--out", "x", "--epochs", "many")]
    [InlineData("run", "samples", "--out", "x", "--physics", "alchemy")]
    [InlineData("run", "samples", "--out", "x", "--sample", "qcd=a.root")]
    [InlineData("run", "--out", "x", "--sample", "higgs=a.root")]
    [InlineData("ingest", "a.root", "--out", "x.arrow")]
    [InlineData("ingest", "a.root", "--out", "x.arrow", "--label", "3")]
    [InlineData("fly")]
    public async Task A_wrong_command_line_ends_with_2_and_one_line(params string[] arguments)
    {
        DaprHepCommand.Result result = await DaprHepCommand.RunAsync(arguments);
        result.ExitCode.ShouldBe(2, result.Error);
        OneLine(result).ShouldStartWith("daprhep: ");
        result.Output.ShouldBeEmpty();
    }

    private async Task ShouldFail(string[] arguments, params string[] mentions)
    {
        DaprHepCommand.Result result = await DaprHepCommand.RunAsync([.. arguments, "--out", Out]);
        result.ExitCode.ShouldBe(3, result.Error);
        string message = OneLine(result);
        foreach (string mention in mentions)
            message.ShouldContain(mention);
        result.Output.ShouldBeEmpty();
        Directory.Exists(Out).ShouldBeFalse("a partial OUT was left behind");
    }

    // Progress lines may come before it.
    private static string OneLine(DaprHepCommand.Result result)
    {
        string[] lines = [.. result.Error.Split('\n', StringSplitOptions.RemoveEmptyEntries).Where(line => line.StartsWith("daprhep: ", StringComparison.Ordinal))];
        lines.Length.ShouldBe(1, result.Error);
        result.Error.TrimEnd().ShouldEndWith(lines[0]);
        return lines[0];
    }

    private string CopySamples()
    {
        string samples = Path.Combine(_folder, "samples");
        foreach (string name in (string[])["qcd", "ttbar", "wjets"])
        {
            string folder = Path.Combine(samples, name);
            Directory.CreateDirectory(folder);
            File.Copy(Path.Combine(Repository.Samples, name, $"{name}_a.root"), Path.Combine(folder, "x.root"));
        }
        return samples;
    }

    private static void Patch(string file, string from, string to)
    {
        byte[] content = File.ReadAllBytes(file);
        byte[] old = System.Text.Encoding.Latin1.GetBytes(from), replacement = System.Text.Encoding.Latin1.GetBytes(to);
        int found = 0;
        for (int at = content.AsSpan().IndexOf(old); at >= 0; at = content.AsSpan().IndexOf(old))
        {
            replacement.CopyTo(content, at);
            found++;
        }
        found.ShouldBeGreaterThan(0, "the fixture does not hold what is to be patched");
        File.WriteAllBytes(file, content);
    }
}
