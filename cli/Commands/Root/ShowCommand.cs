using System.CommandLine;
using System.Text.Json.Nodes;
using DaprHep.Root;

namespace DaprHep.Cli.Commands;

/// <summary><c>daprhep root show</c>: the branches of one tree with their types, sizes and compression.</summary>
internal static class ShowCommand
{
    private static readonly string[] Algorithms = ["ZLIB", "ZLIB", "LZMA", "CS", "LZ4", "ZSTD"];

    public static Command Create()
    {
        var file = new Argument<string>("FILE") { Description = "A ROOT file: path or URL." };
        var tree = new Argument<string>("TREE") { Description = "Path of a tree in it; \"path;cycle\" for an older one." };
        var json = new Option<bool>("--json") { Description = "Print one JSON object." };
        var command = new Command("show", "Show the branches of a tree: type, entries, bytes, compression.") { file, tree, json };
        command.SetAction((parsed, _) => Failure.Guard(() =>
        {
            using RootFile root = RootFile.Open(parsed.GetValue(file)!);
            RootTree shown = root.Tree(parsed.GetValue(tree)!);
            if (parsed.GetValue(json))
                Console.Out.WriteLine(ToJson(shown).ToJsonString());
            else
                Print(shown, Console.Out);
            return Task.CompletedTask;
        }));
        return command;
    }

    public static int DepthOf(RootBranch branch) => branch.Parent is null ? 0 : 1 + DepthOf(branch.Parent);

    /// <summary>Raw over compressed bytes.</summary>
    public static double Factor(long raw, long compressed) => compressed > 0 ? (double)raw / compressed : 1;

    private static void Print(RootTree tree, TextWriter output)
    {
        output.WriteLine(
            $"{tree.Key.Path};{tree.Key.Cycle}  \"{tree.Title}\"  {tree.Entries:N0} entries, {tree.AllBranches.Count:N0} branches");
        var table = new TextTable("branch", ">entries", ">raw bytes", ">compressed", ">factor", "compression", "type");
        foreach (RootBranch branch in tree.AllBranches)
        {
            table.Add(
                new string(' ', 2 * DepthOf(branch)) + branch.Name,
                $"{branch.Entries:N0}",
                $"{branch.RawBytes:N0}",
                $"{branch.CompressedBytes:N0}",
                $"{Factor(branch.RawBytes, branch.CompressedBytes):F2}",
                CompressionOf(branch),
                branch.TypeName + (Refusal(branch) is { } reason ? $"  (refused: {reason})" : ""));
        }
        table.Write(output);
    }

    private static JsonObject ToJson(RootTree tree) => new()
    {
        ["path"] = tree.Key.Path,
        ["cycle"] = tree.Key.Cycle,
        ["title"] = tree.Title,
        ["entries"] = tree.Entries,
        ["branches"] = new JsonArray([.. tree.AllBranches.Select(ToJson)]),
    };

    private static JsonObject ToJson(RootBranch branch)
    {
        var json = new JsonObject
        {
            ["path"] = branch.Path,
            ["name"] = branch.Name,
            ["type"] = branch.TypeName,
            ["class"] = branch.BranchClass,
            ["entries"] = branch.Entries,
            ["raw_bytes"] = branch.RawBytes,
            ["compressed_bytes"] = branch.CompressedBytes,
            ["compression"] = CompressionOf(branch),
            ["group"] = branch.IsGroup,
        };
        if (Refusal(branch) is { } reason)
            json["refused"] = reason;
        return json;
    }

    private static string CompressionOf(RootBranch branch)
    {
        int algorithm = branch.CompressionSettings / 100, level = branch.CompressionSettings % 100;
        if (level <= 0)
            return "none";
        return algorithm < Algorithms.Length ? $"{Algorithms[algorithm]}:{level}" : $"algorithm {algorithm}:{level}";
    }

    private static string? Refusal(RootBranch branch)
    {
        if (branch.IsGroup)
            return null;
        try
        {
            branch.ReadValues(0, 0).Dispose();
            return null;
        }
        catch (UnsupportedBranchException e)
        {
            return e.Reason;
        }
        catch (RootFormatException e)
        {
            return $"expected {e.Expected}, found {e.Found}";
        }
    }
}
