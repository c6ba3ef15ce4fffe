using System.CommandLine;
using System.Text.Json.Nodes;
using DaprHep.Root;

namespace DaprHep.Cli.Commands;

/// <summary><c>daprhep root ls</c>: keys of all directories with class, cycle and title; the branches of every tree.</summary>
internal static class ListCommand
{
    public static Command Create()
    {
        var file = new Argument<string>("FILE") { Description = "A ROOT file: path or URL." };
        var json = new Option<bool>("--json") { Description = "Print one JSON object." };
        var command = new Command("ls", "List keys, trees and branches.") { file, json };
        command.SetAction((parsed, _) => Failure.Guard(() =>
        {
            using RootFile root = RootFile.Open(parsed.GetValue(file)!);
            var damaged = new List<RootException>();
            if (parsed.GetValue(json))
                Console.Out.WriteLine(ToJson(root, damaged).ToJsonString());
            else
                Print(root, Console.Out, damaged);
            // The rest of the file is listed all the same.
            return damaged.Count == 0 ? Task.CompletedTask : Task.FromException(damaged[0]);
        }));
        return command;
    }

    private static void Print(RootFile file, TextWriter output, List<RootException> damaged)
    {
        foreach (RootKey key in file.Keys)
        {
            string indent = new(' ', 2 * key.Path.Count(c => c == '/'));
            output.WriteLine($"{indent}{key.Path};{key.Cycle}  {key.ClassName}  \"{key.Title}\"");
            if (!key.IsTree || Tree(file, key, damaged) is not { } tree)
                continue;
            output.WriteLine($"{indent}  {tree.Entries:N0} entries");
            foreach (RootBranch branch in tree.AllBranches)
                output.WriteLine($"{indent}  {new string(' ', 2 * ShowCommand.DepthOf(branch))}{branch.Name}  {branch.TypeName}");
        }
    }

    private static JsonObject ToJson(RootFile file, List<RootException> damaged) => new()
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
        ["trees"] = new JsonArray(
            [.. file.Keys.Where(key => key.IsTree).Select(key => Tree(file, key, damaged)).OfType<RootTree>().Select(ToJson)]),
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

    private static RootTree? Tree(RootFile file, RootKey key, List<RootException> damaged)
    {
        try
        {
            return file.Tree(key);
        }
        catch (RootException e)
        {
            damaged.Add(e);
            return null;
        }
    }
}
