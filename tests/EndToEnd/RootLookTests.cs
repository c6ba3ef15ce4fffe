using System.Text.Json;
using DaprHep.Root;

namespace DaprHep.EndToEnd.Tests;

/// <summary><c>daprhep root ls</c>, <c>show</c>, <c>stat</c> and <c>checksum</c>: what is in a file and how large it is.</summary>
public sealed class RootLookTests
{
    private static readonly string Sample = Path.Combine(Repository.Samples, "wjets", "wjets_a.root");

    [Fact]
    public async Task Ls_lists_keys_with_class_cycle_and_title_and_the_branches()
    {
        string[] lines = (await Run("ls", Sample)).Split('\n');
        lines.ShouldContain("Delphes;1  TTree  \"Analysis tree\"");
        lines.ShouldContain("  Jet  TClonesArray of Jet");
        lines.ShouldContain("    Jet.PT  float[]");
    }

    [Fact]
    public async Task Ls_lists_nested_directories()
    {
        string file = Path.Combine(Repository.Root, "..", "shared", "root-corpus", "files", "uproot-nesteddirs.root");
        if (!File.Exists(file))
            return;
        using JsonDocument json = JsonDocument.Parse(await Run("ls", file, "--json"));
        json.RootElement.GetProperty("keys").EnumerateArray()
            .ShouldContain(key => key.GetProperty("path").GetString()!.Count(c => c == '/') >= 2);
    }

    [Fact]
    public async Task Show_gives_type_sizes_and_compression_of_each_branch()
    {
        using RootFile file = RootFile.Open(Sample);
        RootTree tree = file.Tree("Delphes");
        RootBranch jets = tree.Find("Jet.PT");
        string[] lines = (await Run("show", Sample, "Delphes")).Split('\n', StringSplitOptions.RemoveEmptyEntries);
        lines.Length.ShouldBe(2 + tree.AllBranches.Count);
        lines[0].ShouldBe($"Delphes;1  \"Analysis tree\"  250 entries, {tree.AllBranches.Count} branches");
        string factor = $"{(double)jets.RawBytes / jets.CompressedBytes:F2}";
        lines.Single(line => line.StartsWith("  Jet.PT ", StringComparison.Ordinal)).Split(' ', StringSplitOptions.RemoveEmptyEntries)
            .ShouldBe(["Jet.PT", "250", $"{jets.RawBytes:N0}", $"{jets.CompressedBytes:N0}", factor, "ZLIB:1", "float[]"]);

        using JsonDocument json = JsonDocument.Parse(await Run("show", Sample, "Delphes", "--json"));
        json.RootElement.GetProperty("branches").EnumerateArray().Select(branch => branch.GetProperty("path").GetString())
            .ShouldBe(tree.AllBranches.Select(branch => branch.Path));
    }

    [Fact]
    public async Task Stat_sorts_branches_by_their_bytes_and_adds_up_to_the_file()
    {
        using JsonDocument json = JsonDocument.Parse(await Run("stat", Sample, "--json"));
        JsonElement branches = json.RootElement.GetProperty("branches");
        long[] bytes = [.. branches.EnumerateArray().Select(branch => branch.GetProperty("compressed_bytes").GetInt64())];
        bytes.ShouldBe(bytes.OrderDescending());
        json.RootElement.GetProperty("compressed_bytes").GetInt64().ShouldBe(bytes.Sum());
        bytes.Sum().ShouldBeInRange(1, new FileInfo(Sample).Length);

        string[] lines = (await Run("stat", Sample)).Split('\n', StringSplitOptions.RemoveEmptyEntries);
        lines.Length.ShouldBe(1 + bytes.Length + 3);
        lines[^1].ShouldContain("100.0 %");
    }

    [Fact]
    public async Task Checksum_has_columns_for_every_branch()
    {
        using JsonDocument json = JsonDocument.Parse(await Run("checksum", Sample));
        JsonElement tree = json.RootElement.GetProperty("trees")[0];
        tree.GetProperty("branches").GetArrayLength().ShouldBe(tree.GetProperty("branch_count").GetInt32());
    }

    [Theory]
    [InlineData("ls")]
    [InlineData("show", "Delphes")]
    [InlineData("stat")]
    [InlineData("dump", "Delphes")]
    [InlineData("checksum")]
    public async Task A_missing_or_foreign_file_gives_one_line_and_exit_code_3(string verb, params string[] rest)
    {
        string foreign = Path.Combine(Repository.Root, "README.md");
        foreach (string file in (string[])["/nowhere/x.root", foreign])
        {
            DaprHepCommand.Result result = await DaprHepCommand.RunAsync(["root", verb, file, .. rest]);
            result.ExitCode.ShouldBe(3);
            result.Error.Trim().ShouldStartWith($"daprhep: {file}");
            result.Error.Trim().ShouldNotContain('\n');
            result.Output.ShouldBeEmpty();
        }
    }

    [Fact]
    public async Task A_missing_tree_is_named_with_those_there_are()
    {
        DaprHepCommand.Result result = await DaprHepCommand.RunAsync("root", "show", Sample, "delphes");
        result.ExitCode.ShouldBe(3);
        result.Error.ShouldContain("trees there: Delphes");
    }

    private static async Task<string> Run(params string[] arguments)
    {
        DaprHepCommand.Result result = await DaprHepCommand.RunAsync(["root", .. arguments]);
        result.ExitCode.ShouldBe(0, result.Error);
        result.Error.ShouldBeEmpty();
        return result.Output;
    }
}
