using System.CommandLine;

namespace DaprHep.Cli.Commands;

/// <summary>The options that say which stack of this machine is meant.</summary>
internal static class StackOptions
{
    public static Option<string> File() => new("--file")
    {
        Description = "The stack's file.",
        DefaultValueFactory = _ => "tye.yaml",
        HelpName = "tye.yaml",
    };

    public static Option<string?> Data() => new("--data")
    {
        Description = "Folder of the sidecar's journal and the object store; default artifacts/stack beside the file.",
        HelpName = "FOLDER",
    };

    /// <summary>The data folder of a stack.</summary>
    public static string FolderOf(string file, string? data) =>
        data ?? Path.Combine(Path.GetDirectoryName(Path.GetFullPath(file))!, "artifacts", "stack");
}
