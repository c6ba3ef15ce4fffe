using System.Diagnostics;
using System.Globalization;
using System.Text;
using System.Text.Json;
using Apache.Arrow;
using Apache.Arrow.Ipc;
using DaprHep.Root;

namespace DaprHep.EndToEnd.Tests;

/// <summary><c>daprhep root dump</c>: each format holds what the library reads.</summary>
public sealed class RootDumpTests : IDisposable
{
    private static readonly string Sample = Path.Combine(Repository.Samples, "ttbar", "ttbar_a.root");
    private readonly string _folder = Directory.CreateTempSubdirectory("daprhep-dump-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task Json_is_an_object_a_line_with_a_list_for_each_list_branch()
    {
        string[] lines = await LinesOf("--branches", "Jet.PT,Event_size", "--entries", "100:150");
        using RootFile file = RootFile.Open(Sample);
        JaggedArray<float> jets = file.Tree("Delphes").Read<float>("Jet.PT", 100..150);
        lines.Length.ShouldBe(50);
        for (int i = 0; i < lines.Length; i++)
        {
            using JsonDocument entry = JsonDocument.Parse(lines[i]);
            entry.RootElement.GetProperty("Jet.PT").EnumerateArray().Select(value => value.GetSingle()).ShouldBe(jets[i].ToArray());
            entry.RootElement.GetProperty("Event_size").GetInt32().ShouldBe(1);
        }
    }

    [Fact]
    public async Task Without_a_choice_every_branch_with_values_is_dumped()
    {
        string[] lines = await LinesOf("--entries", "-1:");
        using RootFile file = RootFile.Open(Sample);
        using JsonDocument entry = JsonDocument.Parse(lines.ShouldHaveSingleItem());
        entry.RootElement.EnumerateObject().Count().ShouldBe(file.Tree("Delphes").AllBranches.Count(branch => !branch.IsGroup));
        entry.RootElement.GetProperty("EFlowTrack.Particle")[0].GetProperty("ref").ValueKind.ShouldBe(JsonValueKind.Number);
    }

    [Fact]
    public async Task Patterns_choose_branches_by_name_and_path()
    {
        string[] lines = await LinesOf("--branches", "Jet.?ta,MissingET/*.MET", "--entries", ":1");
        using JsonDocument entry = JsonDocument.Parse(lines.ShouldHaveSingleItem());
        entry.RootElement.EnumerateObject().Select(property => property.Name).ShouldBe(["Jet.Eta", "MissingET.MET"]);
    }

    [Fact]
    public async Task Csv_has_a_header_and_nested_values_as_quoted_json()
    {
        string[] lines = await LinesOf("--branches", "Jet,Jet.PT,EFlowTrack.Particle", "--entries", "3:5", "--format", "csv");
        using RootFile file = RootFile.Open(Sample);
        JaggedArray<float> jets = file.Tree("Delphes").Read<float>("Jet.PT", 3..5);
        lines[0].ShouldBe("Jet,Jet.PT,EFlowTrack.Particle");
        string list = string.Join(',', jets[0].ToArray().Select(value => value.ToString(CultureInfo.InvariantCulture)));
        lines[1].ShouldStartWith($"{jets[0].Length},\"[{list}]\",\"[{{\"\"ref\"\":");
        lines.Length.ShouldBe(3);
    }

    [Theory]
    [InlineData("no-streamer-string.root")]
    [InlineData("uproot-stl_containers.root")]
    [InlineData("mcpool.root")]
    public async Task A_csv_cell_holds_what_the_json_value_holds(string name)
    {
        string file = Corpus(name) ?? Sample;
        string[] command = ["root", "dump", file, FirstTree(file), "--entries", ":20"];
        DaprHepCommand.Result csv = await DaprHepCommand.RunAsync([.. command, "--format", "csv"]);
        DaprHepCommand.Result json = await DaprHepCommand.RunAsync(command);
        csv.ExitCode.ShouldBe(0, csv.Error);
        List<List<string>> rows = ParseCsv(csv.Output);
        string[] entries = json.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        rows.Count.ShouldBe(1 + entries.Length);
        for (int i = 0; i < entries.Length; i++)
        {
            using JsonDocument entry = JsonDocument.Parse(entries[i]);
            rows[0].ShouldBe(entry.RootElement.EnumerateObject().Select(branch => branch.Name));
            rows[i + 1].ShouldBe(entry.RootElement.EnumerateObject().Select(
                branch => branch.Value.ValueKind == JsonValueKind.String ? branch.Value.GetString()! : branch.Value.GetRawText()));
        }
    }

    [Fact]
    public async Task An_arrow_file_has_the_same_values()
    {
        string path = Path.Combine(_folder, "all.arrow");
        (await DaprHepCommand.RunAsync("root", "dump", Sample, "Delphes", "--format", "arrow", "--out", path)).ExitCode.ShouldBe(0);
        using RootFile file = RootFile.Open(Sample);
        JaggedArray<float> expected = file.Tree("Delphes").Read<float>("EFlowTrack.Eta");
        using var reader = new ArrowFileReader(File.OpenRead(path));
        int entry = 0;
        for (RecordBatch? batch = reader.ReadNextRecordBatch(); batch is not null; batch = reader.ReadNextRecordBatch())
        {
            var tracks = (ListArray)batch.Column("EFlowTrack.Eta");
            for (int row = 0; row < batch.Length; row++)
                ((FloatArray)tracks.GetSlicedValues(row)!).Values.ToArray().ShouldBe(expected[entry++].ToArray());
        }
        entry.ShouldBe(250);
        Directory.GetFiles(_folder).ShouldHaveSingleItem();
    }

    [Fact]
    public async Task An_arrow_file_can_go_through_a_pipe()
    {
        string path = Path.Combine(_folder, "piped.arrow");
        (await ShellAsync($"{Program} root dump {Sample} Delphes --branches Jet.PT --format arrow | cat > {path}")).ShouldBe("");
        using var reader = new ArrowFileReader(File.OpenRead(path));
        reader.ReadNextRecordBatch()!.Length.ShouldBe(250);
    }

    [Fact]
    public async Task A_reader_that_has_seen_enough_ends_the_dump_quietly() =>
        (await ShellAsync($"set -o pipefail; {Program} root dump {Sample} Delphes | head -n 1 | wc -l")).ShouldBe("1\n");

    [Theory]
    [InlineData("Jet.Pt", 3, "nearest: Jet.PT")]
    [InlineData("Jets.*", 3, "no branch 'Jets.*'")]
    [InlineData(",", 2, "--branches")]
    public async Task An_unknown_branch_is_named(string branches, int code, string message)
    {
        DaprHepCommand.Result result = await DaprHepCommand.RunAsync("root", "dump", Sample, "Delphes", "--branches", branches);
        result.ExitCode.ShouldBe(code);
        result.Error.ShouldContain(message);
        result.Error.Trim().ShouldNotContain('\n');
        result.Output.ShouldBeEmpty();
    }

    [Fact]
    public async Task A_cut_file_gives_one_line_and_leaves_no_output_file()
    {
        string cut = Path.Combine(_folder, "cut.root"), path = Path.Combine(_folder, "cut.json");
        await using (FileStream whole = File.OpenRead(Sample), part = File.Create(cut))
        {
            byte[] bytes = new byte[whole.Length / 2];
            await whole.ReadExactlyAsync(bytes, TestContext.Current.CancellationToken);
            await part.WriteAsync(bytes, TestContext.Current.CancellationToken);
        }
        DaprHepCommand.Result result = await DaprHepCommand.RunAsync("root", "dump", cut, "Delphes", "--out", path);
        result.ExitCode.ShouldBe(3);
        result.Error.Trim().ShouldNotContain('\n');
        result.Error.ShouldContain(cut);
        Directory.GetFiles(_folder).ShouldBe([cut]);
    }

    [Fact]
    public async Task A_refused_branch_is_noted_and_the_others_are_dumped()
    {
        if (Corpus("p0dNuESearch.root") is not { } file)
            return;
        DaprHepCommand.Result result = await DaprHepCommand.RunAsync("root", "dump", file, FirstTree(file), "--entries", ":1");
        result.ExitCode.ShouldBe(0, result.Error);
        result.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Length.ShouldBe(1);
        string[] notes = result.Error.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        notes.ShouldContain(note => note.StartsWith("daprhep: left out branch 'p0dNuESearch/trueVertex': ", StringComparison.Ordinal));
        notes.ShouldAllBe(note => note.StartsWith("daprhep: left out branch", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_damaged_branch_is_left_out_and_shows_in_the_exit_code()
    {
        string damaged = Path.Combine(_folder, "damaged.root");
        byte[] bytes = await File.ReadAllBytesAsync(Sample, TestContext.Current.CancellationToken);
        using (RootFile file = RootFile.Open(Sample))
        {
            BasketLocation basket = file.Tree("Delphes").Find("Jet.PT").Baskets[0];
            bytes.AsSpan((int)basket.Seek + basket.Bytes - 20, 20).Clear();
        }
        await File.WriteAllBytesAsync(damaged, bytes, TestContext.Current.CancellationToken);
        DaprHepCommand.Result result = await DaprHepCommand.RunAsync(
            "root", "dump", damaged, "Delphes", "--branches", "Jet.*", "--entries", ":1");
        result.ExitCode.ShouldBe(3);
        result.Error.ShouldContain("left out branch 'Jet/Jet.PT': damaged");
        using JsonDocument entry = JsonDocument.Parse(result.Output);
        entry.RootElement.TryGetProperty("Jet.PT", out _).ShouldBeFalse();
        entry.RootElement.TryGetProperty("Jet.Eta", out _).ShouldBeTrue();
    }

    /// <summary>Cells by RFC 4180.</summary>
    private static List<List<string>> ParseCsv(string text)
    {
        var rows = new List<List<string>>();
        var row = new List<string>();
        var cell = new StringBuilder();
        bool quoted = false;
        for (int i = 0; i < text.Length; i++)
        {
            switch (text[i])
            {
                case '"' when quoted && i + 1 < text.Length && text[i + 1] == '"':
                    cell.Append(text[i++]);
                    break;
                case '"':
                    quoted = !quoted;
                    break;
                case ',' or '\n' when !quoted:
                    row.Add(cell.ToString());
                    cell.Clear();
                    if (text[i] == ',')
                        break;
                    rows.Add(row);
                    row = [];
                    break;
                default:
                    cell.Append(text[i]);
                    break;
            }
        }
        return rows;
    }

    private static string FirstTree(string path)
    {
        using RootFile file = RootFile.Open(path);
        return file.Keys.First(key => key.IsTree).Path;
    }

    private static string Program => $"dotnet {Path.Combine(Repository.Root, "artifacts", "bin", "DaprHep.Cli", "release", "daprhep.dll")}";

    private static async Task<string[]> LinesOf(params string[] options)
    {
        DaprHepCommand.Result result = await DaprHepCommand.RunAsync(["root", "dump", Sample, "Delphes", .. options]);
        result.ExitCode.ShouldBe(0, result.Error);
        result.Error.ShouldBeEmpty();
        return result.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries);
    }

    /// <summary>What a shell's command line prints, errors included.</summary>
    private static async Task<string> ShellAsync(string command)
    {
        using Process shell = Process.Start(new ProcessStartInfo("bash", ["-c", $"({command}) 2>&1"]) { RedirectStandardOutput = true })!;
        string output = await shell.StandardOutput.ReadToEndAsync();
        await shell.WaitForExitAsync();
        shell.ExitCode.ShouldBe(0, output);
        return output;
    }

    private static string? Corpus(string name)
    {
        string? path = Repository.Shared is { } shared ? Path.Combine(shared, "root-corpus", "files", name) : null;
        return File.Exists(path) ? path : null;
    }
}
