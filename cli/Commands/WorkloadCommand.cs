using System.CommandLine;
using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using DaprHep.Cli.Gateway;
using Spectre.Console;

namespace DaprHep.Cli.Commands;

/// <summary><c>daprhep workload</c>: what a run took, stage by stage and process by process, and what bound it.</summary>
internal static class WorkloadCommand
{
    public static Command Create()
    {
        var run = new Argument<string>("RUN") { Description = "Name of the run." };
        Option<string> gateway = GatewayOption.Create();
        Option<bool> json = GatewayOption.Json();
        var command = new Command("workload", "Say what a run took and what bound each of its steps.") { run, gateway, json };
        command.SetAction((parsed, cancellation) => Failure.Guard(async () =>
        {
            using var client = new GatewayClient(parsed.GetValue(gateway)!);
            byte[] workload = await client.DocumentAsync(parsed.GetValue(run)!, "workload", cancellation);
            if (parsed.GetValue(json))
                Console.Out.WriteLine(Encoding.UTF8.GetString(workload));
            else
                AnsiConsole.Write(TableOf(JsonNode.Parse(workload)!));
        }));
        return command;
    }

    private static Table TableOf(JsonNode workload)
    {
        Table table = new Table().Border(TableBorder.Rounded);
        foreach (string column in (string[])["step", "process", "wall [s]", "CPU [s]", "queue [s]", "measured [s]", "GPU", "MB in", "MB out", "bound by"])
            table.AddColumn(Markup.Escape(column));
        foreach (JsonNode stage in workload["stages"]!.AsArray().OfType<JsonNode>())
        {
            table.AddRow(
                Markup.Escape(stage["step"]!.GetValue<string>()), "", Number(stage["seconds"]), "", "", "", "", "", "",
                Markup.Escape(stage["boundBy"]!.GetValue<string>()));
            foreach (JsonNode replica in stage["replicas"]!.AsArray().OfType<JsonNode>())
            {
                table.AddRow(
                    "", Markup.Escape(replica["process"]!.GetValue<string>()), Number(replica["wallSeconds"]), Number(replica["processorSeconds"]),
                    Number(replica["queueSeconds"]),
                    string.Join('\n', replica["seconds"]!.AsObject().Select(kind => $"{Markup.Escape(kind.Key)} {Number(kind.Value)}")),
                    replica["gpuUse"] is { } gpu ? string.Create(CultureInfo.InvariantCulture, $"{100 * gpu.GetValue<double>():F0} %") : "",
                    Number(replica["bytesIn"], 1e6), Number(replica["bytesOut"], 1e6), "");
            }
        }
        return table;
    }

    private static string Number(JsonNode? value, double unit = 1) =>
        value is null ? "–" : (value.GetValue<double>() / unit).ToString("F1", CultureInfo.InvariantCulture);
}
