using System.CommandLine;
using System.Text.Json.Nodes;
using DaprHep.Cli.Doctor;
using DaprHep.Cli.Stack;
using DaprHep.Hosting;
using Spectre.Console;

namespace DaprHep.Cli.Commands;

/// <summary><c>daprhep doctor</c>: looks at machine, stack, store, gateway and sidecar, and says the fix for what is wrong.</summary>
internal static class DoctorCommand
{
    public static Command Create()
    {
        Option<string> file = StackOptions.File();
        Option<string?> data = StackOptions.Data();
        var store = new Option<string?>("--store") { Description = "Object store to try; default $DAPRHEP_STORE, else the stack's.", HelpName = "URL" };
        var gateway = new Option<string?>("--gateway")
        {
            Description = "Gateway to try; default $DAPRHEP_GATEWAY, else that of the stack that runs, if one does.",
            HelpName = "URL",
        };
        var json = new Option<bool>("--json") { Description = "Print one JSON object." };
        var command = new Command("doctor", "Check what is needed, and say the fix for what is wrong.") { file, data, store, gateway, json };
        command.SetAction((parsed, cancellation) => Failure.Guard(async () =>
        {
            string folder = StackOptions.FolderOf(parsed.GetValue(file)!, parsed.GetValue(data));
            List<Finding> findings = [.. MachineChecks.All(folder)];
            findings.AddRange(await StackChecks.AllAsync(
                parsed.GetValue(file)!, folder, parsed.GetValue(store) ?? Variable("DAPRHEP_STORE"), cancellation));
            string? address = parsed.GetValue(gateway) ?? Variable("DAPRHEP_GATEWAY")
                ?? (StackFolder.IsTaken(folder) ? StackFolder.Read(folder)?.Gateway : null);
            if (address is not null)
                findings.Add(await ConnectionChecks.GatewayAsync(address, cancellation));
            if (await ConnectionChecks.SidecarAsync(cancellation) is { } sidecar)
                findings.Add(sidecar);
            Print(findings, parsed.GetValue(json));
            int failed = findings.Count(finding => finding.Severity == Severity.Failed);
            if (failed > 0)
                throw new BadInputException($"{failed} of {findings.Count} checks failed; the fixes are above");
        }));
        return command;
    }

    private static string? Variable(string name) => Environment.GetEnvironmentVariable(name) is { Length: > 0 } value ? value : null;

    private static void Print(List<Finding> findings, bool json)
    {
        if (json)
        {
            Console.Out.WriteLine(new JsonObject
            {
                ["ok"] = findings.All(finding => finding.Severity != Severity.Failed),
                ["checks"] = new JsonArray([.. findings.Select(finding => new JsonObject
                {
                    ["check"] = finding.Check,
                    ["status"] = NameOf(finding.Severity),
                    ["found"] = finding.Found,
                    ["fix"] = finding.Fix,
                })]),
            }.ToJsonString());
            return;
        }
        foreach (Finding finding in findings)
        {
            string colour = finding.Severity switch { Severity.Ok => "green", Severity.Warning => "yellow", _ => "red" };
            AnsiConsole.MarkupLine($"[{colour}]{NameOf(finding.Severity),-7}[/] {Markup.Escape(finding.Check)}: {Markup.Escape(finding.Found)}");
            if (finding.Fix.Length > 0)
                AnsiConsole.MarkupLine($"        fix: {Markup.Escape(finding.Fix)}");
        }
    }

    private static string NameOf(Severity severity) => severity switch
    {
        Severity.Ok => "ok",
        Severity.Warning => "warning",
        _ => "failed",
    };
}
