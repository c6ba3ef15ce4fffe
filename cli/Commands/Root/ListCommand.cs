using System.CommandLine;
using System.Text.Json.Nodes;
using DaprHep.Root;

namespace DaprHep.Cli.Commands;

/// <summary><c>daprhep root ls</c>: keys with class, cycle and title; the branches of every tree.</summary>
internal static class ListCommand
{
    public static Command Create()
    {
        var file = new Argument<string>("FILE") { Description = "A ROOT file." };
        var json = new Option<bool>("--json") { Description = "Print one JSON object." };
        var command = new Command("ls", "List keys, trees and branches.") { file, json };
        command.SetAction((parsed, _) => Failure.Guard(() =>
        {
            using RootFile root = RootFile.Open(parsed.GetValue(file)!);
            if (parsed.GetValue(json))
                Console.Out.WriteLine(ToJson(root).ToJsonString());
            else
                Print(root, Console.Out);
            return Task.CompletedTask;
        }));
        return command;
    }

    private static void Print(RootFile file, TextWriter output)
    {
        foreach (RootKey key in file.Keys)
        {
            output.WriteLine($"{key.Path};{key.Cycle}  {key.ClassName}  \"{key.Title}\"");
            if (!key.IsTree)
                continue;
            RootTree tree = file.Tree(key);
            output.WriteLine($"  {tree.Entries:N0} entries");
            foreach (RootBranch branch in tree.AllBranches)
                output.WriteLine($"  {new string(' ', 2 * DepthOf(branch))}{branch.Name}  {branch.TypeName}");
        }
    }

    private static JsonObject ToJson(RootFile file) => new()
    {
        ["file"] = file.Name,
        ["bytes"] = file.Length,
        ["keys"] = new JsonArray([.. file.Keys.Select(key => new JsonObject
        {
            ["path"] = key.Path,
            ["cycle"] = key.Cycle,
            ["class"] = key.ClassName,
            ["title"] = key.Title,
        })]),
        ["trees"] = new JsonArray([.. file.Keys.Where(key => key.IsTree).Select(key => ToJson(file.Tree(key)))]),
    };

    private static JsonObject ToJson(RootTree tree) => new()
    {
        ["path"] = tree.Key.Path,
        ["cycle"] = tree.Key.Cycle,
        ["entries"] = tree.Entries,
        ["branches"] = new JsonArray([.. tree.AllBranches.Select(branch => new JsonObject
        {
            ["path"] = branch.Path,
            ["type"] = branch.TypeName,
            ["entries"] = branch.Entries,
            ["bytes"] = branch.CompressedBytes,
        })]),
    };

    private static int DepthOf(RootBranch branch) => branch.Parent is null ? 0 : 1 + DepthOf(branch.Parent);
}
