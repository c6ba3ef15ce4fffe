using System.CommandLine;
using System.Net.ServerSentEvents;
using DaprHep.Cli.Gateway;
using DaprHep.Cli.Progress;
using DaprHep.Hosting.Contracts;
using Spectre.Console;

namespace DaprHep.Cli.Commands;

/// <summary><c>daprhep watch</c>: a run of a gateway as it goes on, until it ends.</summary>
internal static class WatchCommand
{
    public static Command Create()
    {
        var run = new Argument<string>("RUN") { Description = "Name of the run." };
        Option<string> gateway = GatewayOption.Create();
        var json = new Option<bool>("--json") { Description = "Print one JSON object an event, a line each." };
        var command = new Command("watch", "Watch a run until it ends.") { run, gateway, json };
        command.SetAction((parsed, cancellation) => Failure.Guard(async () =>
        {
            using var client = new GatewayClient(parsed.GetValue(gateway)!);
            string name = parsed.GetValue(run)!;
            if (parsed.GetValue(json))
            {
                await foreach (var item in client.WatchAsync(name, cancellation))
                    Console.Out.WriteLine($"{{\"event\":\"{item.EventType}\",\"data\":{item.Data}}}");
                GatewayRun.ResultOf(await client.FindAsync(name, cancellation));
                return;
            }
            RunState state = Console.IsErrorRedirected
                ? await GatewayRun.FollowAsync(client, name, new PlainProgress(Console.Error), Console.Error.WriteLine, cancellation)
                : await LiveAsync(client, name, cancellation);
            PipelineResult result = GatewayRun.ResultOf(state);
            Console.Out.WriteLine($"{name} is completed: accuracy {result.Accuracy:F4}, model {result.Model}");
        }));
        return command;
    }

    private static async Task<RunState> LiveAsync(GatewayClient client, string run, CancellationToken cancellation)
    {
        IAnsiConsole terminal = AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(Console.Error) });
        var view = new RunView(run);
        await terminal.Live(view.Draw()).StartAsync(async live =>
        {
            await foreach (SseItem<string> item in client.WatchAsync(run, cancellation))
            {
                view.Take(item);
                live.UpdateTarget(view.Draw());
            }
        });
        return view.State!;
    }
}
