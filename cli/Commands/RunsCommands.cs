using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using DaprHep.Cli.Gateway;
using DaprHep.Hosting.Contracts;
using Spectre.Console;

namespace DaprHep.Cli.Commands;

/// <summary><c>runs</c>, <c>status</c>, <c>cancel</c>, <c>suspend</c>, <c>resume</c> and <c>report</c>: the runs of a gateway.</summary>
internal static class RunsCommands
{
    public static Command Runs()
    {
        Option<string> gateway = GatewayOption.Create();
        Option<bool> json = GatewayOption.Json();
        var command = new Command("runs", "List the runs of a gateway, newest first.") { gateway, json };
        command.SetAction((parsed, cancellation) => Failure.Guard(async () =>
        {
            using var client = new GatewayClient(parsed.GetValue(gateway)!);
            RunState[] runs = await client.ListAsync(cancellation);
            if (parsed.GetValue(json))
                Console.Out.WriteLine(JsonSerializer.Serialize(runs, JsonSerializerOptions.Web));
            else
                AnsiConsole.Write(ToTable(runs));
        }));
        return command;
    }

    public static Command Status()
    {
        var run = new Argument<string?>("RUN")
        {
            Description = "Name of a run; the newest where it is left out.",
            Arity = ArgumentArity.ZeroOrOne,
        };
        Option<string> gateway = GatewayOption.Create();
        Option<bool> json = GatewayOption.Json();
        var command = new Command("status", "Say how a run stands.") { run, gateway, json };
        command.SetAction((parsed, cancellation) => Failure.Guard(async () =>
        {
            using var client = new GatewayClient(parsed.GetValue(gateway)!);
            RunState? state = parsed.GetValue(run) is { } name
                ? await client.FindAsync(name, cancellation)
                : (await client.ListAsync(cancellation)).FirstOrDefault();
            if (state is null)
                Console.Out.WriteLine(parsed.GetValue(json) ? "null" : "no runs yet");
            else
                Print(state, parsed.GetValue(json));
        }));
        return command;
    }

    public static Command Steer(string verb, string description)
    {
        var run = new Argument<string>("RUN") { Description = "Name of the run." };
        Option<string> gateway = GatewayOption.Create();
        Option<bool> json = GatewayOption.Json();
        var command = new Command(verb, description) { run, gateway, json };
        command.SetAction((parsed, cancellation) => Failure.Guard(async () =>
        {
            using var client = new GatewayClient(parsed.GetValue(gateway)!);
            Print(await client.SteerAsync(parsed.GetValue(run)!, verb, cancellation), parsed.GetValue(json));
        }));
        return command;
    }

    public static Command Report()
    {
        var run = new Argument<string>("RUN") { Description = "Name of a completed run." };
        var output = new Option<string?>("--out") { Description = "File to write; default RUN.html.", HelpName = "FILE" };
        Option<string> gateway = GatewayOption.Create();
        Option<bool> json = GatewayOption.Json();
        var command = new Command("report", "Save the report of a completed run.") { run, output, gateway, json };
        command.SetAction((parsed, cancellation) => Failure.Guard(async () =>
        {
            using var client = new GatewayClient(parsed.GetValue(gateway)!);
            string name = parsed.GetValue(run)!;
            byte[] report = await client.DocumentAsync(name, "report", cancellation);
            string file = await OutputFile.WriteAsync(parsed.GetValue(output) ?? $"{name}.html", report, cancellation);
            Console.Out.WriteLine(parsed.GetValue(json) ? JsonSerializer.Serialize(new { run = name, report = file }) : file);
        }));
        return command;
    }

    private static void Print(RunState state, bool json)
    {
        if (json)
            Console.Out.WriteLine(JsonSerializer.Serialize(state, JsonSerializerOptions.Web));
        else
            AnsiConsole.Write(ToTable([state]));
    }

    private static Table ToTable(IEnumerable<RunState> runs)
    {
        Table table = new Table().Border(TableBorder.Rounded)
            .AddColumn("run").AddColumn("status").AddColumn("step").AddColumn("created").AddColumn("accuracy").AddColumn("note");
        foreach (RunState run in runs)
        {
            table.AddRow(
                Markup.Escape(run.Run),
                run.Status,
                run.HasEnded ? "" : run.Step ?? "",
                run.CreatedAt.ToString("yyyy-MM-dd HH:mm:ss'Z'", CultureInfo.InvariantCulture),
                run.Result?.Accuracy.ToString("F4", CultureInfo.InvariantCulture) ?? "",
                Markup.Escape(run.Error ?? run.Waiting ?? run.Result?.Promotion?.ToString() ?? ""));
        }
        return table;
    }
}
