using System.CommandLine;
using System.Diagnostics;
using System.Text.Json;
using DaprHep.Cli.Stack;

namespace DaprHep.Cli.Commands;

/// <summary><c>daprhep down</c>: stops the stack that <c>up</c> started in another terminal.</summary>
internal static class DownCommand
{
    // `up` gives its processes five seconds.
    private static readonly TimeSpan StopLimit = TimeSpan.FromSeconds(15);

    public static Command Create()
    {
        Option<string> file = StackOptions.File();
        Option<string?> data = StackOptions.Data();
        var json = new Option<bool>("--json") { Description = "Print one JSON object." };
        var command = new Command("down", "Stop the stack that up started, from another terminal.") { file, data, json };
        command.SetAction((parsed, _) => Failure.Guard(() =>
            RunAsync(StackOptions.FolderOf(parsed.GetValue(file)!, parsed.GetValue(data)), parsed.GetValue(json))));
        return command;
    }

    private static async Task RunAsync(string data, bool json)
    {
        StackRecord? record = StackFolder.Read(data);
        bool runs = StackFolder.IsTaken(data);
        if (runs)
        {
            using Process up = record?.Up.Find()
                ?? throw new StackException($"a stack on {data} is starting or stopping just now; ask again");
            await StackProcess.TerminateAsync(up, StopLimit);
        }

        // What a killed `up` has left, also the one that had to be killed above.
        int left = await StackFolder.EndLeftoversAsync(data);
        if (json)
            Console.Out.WriteLine(JsonSerializer.Serialize(new { data, stopped = runs, leftovers = left }));
        else if (runs)
            Console.Out.WriteLine($"the stack on {data} is stopped");
        else
            Console.Out.WriteLine(left > 0 ? $"{left} processes of a killed stack on {data} are stopped" : $"no stack runs on {data}");
    }
}
