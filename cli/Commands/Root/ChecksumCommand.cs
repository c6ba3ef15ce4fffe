using System.CommandLine;
using System.Text.Json;
using DaprHep.Root;

namespace DaprHep.Cli.Commands;

/// <summary><c>daprhep root checksum</c>: digests of everything a reader can get out of a file, to compare readers.</summary>
internal static class ChecksumCommand
{
    public static Command Create()
    {
        var file = new Argument<string>("FILE") { Description = "A ROOT file." };
        var json = new Option<bool>("--json") { Description = "Print one JSON object; so it does without." };
        var command = new Command("checksum", "Print digests of all branches as one JSON object.") { file, json };
        command.SetAction((parsed, _) => Failure.Guard(() =>
        {
            using RootFile root = RootFile.Open(parsed.GetValue(file)!);
            using Stream output = Console.OpenStandardOutput();
            using (var writer = new Utf8JsonWriter(output))
                ChecksumReport.Write(root, writer);
            output.WriteByte((byte)'\n');
            return Task.CompletedTask;
        }));
        return command;
    }
}
