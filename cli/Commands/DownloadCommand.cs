using System.CommandLine;
using System.Text.Json;
using DaprHep.Cli.Gateway;

namespace DaprHep.Cli.Commands;

/// <summary><c>daprhep download</c>: what the dashboard's page of a run has to download, and what the run was asked for.</summary>
internal static class DownloadCommand
{
    private const string StandardOutput = "-";

    // By the name of the file, where the gateway has it.
    private static readonly Dictionary<string, string> Documents = new()
    {
        ["request.json"] = "request",
        ["run.json"] = "record",
        ["metrics.json"] = "metrics",
        ["curves.json"] = "curves",
        ["trials.json"] = "trials",
        ["report.html"] = "report",
        ["model.json"] = "model/model.json",
        ["model.safetensors"] = "model/model.safetensors",
        ["model.onnx"] = "model/model.onnx",
    };

    public static Command Create()
    {
        var run = new Argument<string>("RUN") { Description = "Name of a run; but for request.json it has to be completed." };
        var file = new Argument<string>("FILE") { Description = string.Join(", ", Documents.Keys) + "." };
        file.AcceptOnlyFromAmong([.. Documents.Keys]);
        var output = new Option<string?>("--out") { Description = "File to write, - for standard output; default RUN-FILE.", HelpName = "FILE" };
        Option<string> gateway = GatewayOption.Create();
        Option<bool> json = GatewayOption.Json();
        var command = new Command("download", "Save a document of a run or a file of its model.") { run, file, output, gateway, json };
        command.SetAction((parsed, cancellation) => Failure.Guard(async () =>
        {
            (string name, string wanted) = (parsed.GetValue(run)!, parsed.GetValue(file)!);
            using var client = new GatewayClient(parsed.GetValue(gateway)!);
            byte[] content = await client.DocumentAsync(name, Documents[wanted], cancellation);
            if (parsed.GetValue(output) == StandardOutput)
            {
                await using Stream standard = Console.OpenStandardOutput();
                await standard.WriteAsync(content, cancellation);
                return;
            }
            string written = await OutputFile.WriteAsync(parsed.GetValue(output) ?? $"{name}-{wanted}", content, cancellation);
            Console.Out.WriteLine(parsed.GetValue(json) ? JsonSerializer.Serialize(new { run = name, file = written }) : written);
        }));
        return command;
    }
}
