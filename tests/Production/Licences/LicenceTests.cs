namespace DaprHep.Production.Tests.Licences;

/// <summary>
/// What the programs are built with, under which licences: the list is complete, and there is none that asks more than to be named.
/// </summary>
public sealed class LicenceTests
{
    private static readonly string[] Programs =
    [
        "DaprHep.Cli", "DaprHep.Gateway", "DaprHep.Ingest", "DaprHep.Features", "DaprHep.Tuning", "DaprHep.Trainer", "DaprHep.Serving",
        "DevSidecar",
    ];

    private static readonly string ListFile = Path.Combine(Repository.Root, "docs", "licences.md");

    private static readonly string[] Permissive = ["MIT", "Apache-2.0", "BSD-2-Clause", "BSD-3-Clause"];
    private static readonly string Bin = Path.Combine(Repository.Root, "artifacts", "bin");

    [Fact]
    public async Task The_list_names_the_packages_of_every_program_with_their_licences()
    {
        string[] dependencies = [.. Programs.Select(program => Directory
            .EnumerateFiles(Path.Combine(Bin, program, "release"), "*.deps.json")
            .Single(file => Path.GetFileName(file).StartsWith(program == "DaprHep.Cli" ? "daprhep." : program, StringComparison.Ordinal)))];
        Command.Result table = await Command.RunAsync(
            new Dictionary<string, string>(), "dotnet",
            [Path.Combine(Bin, "DaprHep.Sbom", "release", "DaprHep.Sbom.dll"), "licences", .. dependencies]);
        table.ExitCode.ShouldBe(0, table.Error);
        string list = await File.ReadAllTextAsync(ListFile, TestContext.Current.CancellationToken);
        Rows(list).ShouldBe(Rows(table.Output), "write the table of docs/licences.md anew, by the command that stands there");
    }

    [Fact]
    public async Task Every_licence_is_permissive()
    {
        string list = await File.ReadAllTextAsync(ListFile, TestContext.Current.CancellationToken);
        string[] rows = Rows(list);
        rows.Length.ShouldBeGreaterThan(10);
        rows.ShouldAllBe(row => Permissive.Contains(row.Trim('|').Split('|', StringSplitOptions.TrimEntries)[2]));
    }

    private static string[] Rows(string table) =>
        [.. table.Split('\n').Where(line => line.StartsWith("| ", StringComparison.Ordinal)).Skip(2).Select(line => line.Trim())];
}
