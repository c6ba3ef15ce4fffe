using System.CommandLine;
using System.Text.Json.Nodes;
using DaprHep.Root;

namespace DaprHep.Cli.Commands;

/// <summary><c>daprhep root stat</c>: where the bytes of a file are, branch by branch, the largest first.</summary>
internal static class StatCommand
{
    public static Command Create()
    {
        var file = new Argument<string>("FILE") { Description = "A ROOT file: path or URL." };
        var json = new Option<bool>("--json") { Description = "Print one JSON object." };
        var command = new Command("stat", "Show the bytes of all branches, the largest first.") { file, json };
        command.SetAction((parsed, _) => Failure.Guard(() =>
        {
            using RootFile root = RootFile.Open(parsed.GetValue(file)!);
            RootBranch[] branches = BySize(root);
            if (parsed.GetValue(json))
                Console.Out.WriteLine(ToJson(root, branches).ToJsonString());
            else
                Print(root, branches, Console.Out);
            return Task.CompletedTask;
        }));
        return command;
    }

    /// <summary>The branches of the newest cycle of each tree: older cycles refer to the same baskets.</summary>
    private static RootBranch[] BySize(RootFile file) =>
    [
        .. file.Keys.Where(key => key.IsTree).GroupBy(key => key.Path).Select(cycles => cycles.MaxBy(key => key.Cycle)!)
            .SelectMany(key => file.Tree(key).AllBranches)
            .OrderByDescending(branch => branch.CompressedBytes).ThenByDescending(branch => branch.RawBytes),
    ];

    private static void Print(RootFile file, RootBranch[] branches, TextWriter output)
    {
        long raw = branches.Sum(branch => branch.RawBytes), compressed = branches.Sum(branch => branch.CompressedBytes);
        var table = new TextTable(">compressed", ">of file", ">raw bytes", ">factor", "branch");
        foreach (RootBranch branch in branches)
            table.Add(Row(branch.CompressedBytes, branch.RawBytes, file, $"{branch.Tree.Key.Path}: {branch.Path}"));
        table.Add(Row(compressed, raw, file, $"all {branches.Length:N0} branches"));
        long rest = file.Length - compressed;
        table.Add($"{rest:N0}", Share(rest, file), "", "", "the rest: keys, trees, streamer info, free space");
        table.Add($"{file.Length:N0}", Share(file.Length, file), "", "", file.Name);
        table.Write(output);
    }

    private static string[] Row(long compressed, long raw, RootFile file, string name) =>
        [$"{compressed:N0}", Share(compressed, file), $"{raw:N0}", $"{ShowCommand.Factor(raw, compressed):F2}", name];

    private static string Share(long bytes, RootFile file) => $"{100.0 * bytes / file.Length:F1} %";

    private static JsonObject ToJson(RootFile file, RootBranch[] branches) => new()
    {
        ["file"] = file.Name,
        ["bytes"] = file.Length,
        ["raw_bytes"] = branches.Sum(branch => branch.RawBytes),
        ["compressed_bytes"] = branches.Sum(branch => branch.CompressedBytes),
        ["branches"] = new JsonArray([.. branches.Select(branch => new JsonObject
        {
            ["tree"] = branch.Tree.Key.Path,
            ["path"] = branch.Path,
            ["raw_bytes"] = branch.RawBytes,
            ["compressed_bytes"] = branch.CompressedBytes,
        })]),
    };
}
