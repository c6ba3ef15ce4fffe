using System.CommandLine;

namespace DaprHep.Cli.Commands;

/// <summary><c>daprhep root</c>: what is in a ROOT file.</summary>
internal static class RootCommands
{
    public static Command Create() => new("root", "Look into ROOT files.")
    {
        ListCommand.Create(), ShowCommand.Create(), StatCommand.Create(), DumpCommand.Create(), ChecksumCommand.Create(),
    };
}
