using System.CommandLine;
using System.Globalization;
using System.Text.Json.Nodes;
using DaprHep.Cli.Stack;
using DaprHep.Hosting.Contracts;

namespace DaprHep.Cli.Commands;

/// <summary><c>daprhep up</c>: the local stack of <c>tye.yaml</c>, until Ctrl-C.</summary>
internal static class UpCommand
{
    public static Command Create()
    {
        var file = new Option<string>("--file")
        {
            Description = "The stack's file.",
            DefaultValueFactory = _ => "tye.yaml",
            HelpName = "tye.yaml",
        };
        var replicas = new Option<string[]>("--replicas")
        {
            Description = "Processes of a service, for instance ingest=3.",
            HelpName = "SERVICE=N",
        };
        var port = new Option<int?>("--port")
        {
            Description = "Port of the gateway instead of the file's; 0 for a free one.",
            HelpName = "N",
        };
        var data = new Option<string?>("--data")
        {
            Description = "Folder of the sidecar's journal and the object store; default artifacts/stack beside the file.",
            HelpName = "FOLDER",
        };
        var json = new Option<bool>("--json")
        {
            Description = "Print one JSON object when the stack is ready; the log goes to standard error.",
        };
        var command = new Command("up", "Start the services of tye.yaml on this machine and stop them on Ctrl-C.")
        {
            file, replicas, port, data, json,
        };
        command.SetAction((parsed, cancellation) => Failure.Guard(async () =>
        {
            string path = parsed.GetValue(file)!;
            IReadOnlyList<StackService> services = TyeFile.Read(path);
            if (parsed.GetValue(port) is { } number)
                services = [.. services.Select(s => s.Name == Apps.Pipeline ? s with { Port = PortOf(number) } : s)];
            services = WithReplicas(services, parsed.GetValue(replicas) ?? []);
            string folder = parsed.GetValue(data)
                ?? Path.Combine(Path.GetDirectoryName(Path.GetFullPath(path))!, "artifacts", "stack");
            await RunAsync(services, folder, parsed.GetValue(json), cancellation);
        }));
        return command;
    }

    private static async Task RunAsync(IReadOnlyList<StackService> services, string data, bool json, CancellationToken cancellation)
    {
        StackLog log = json ? new(Console.Error, !Console.IsErrorRedirected) : new(Console.Out, !Console.IsOutputRedirected);
        try
        {
            await using LocalStack stack = await LocalStack.StartAsync(services, data, log, cancellation);
            log.Write("daprhep", $"ready: gateway {stack.Gateway}, data in {data}; Ctrl-C stops");
            if (json)
                Console.Out.WriteLine(ToJson(stack).ToJsonString());
            throw new StackException(await stack.BrokenAsync(cancellation));
        }
        catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
        {
            log.Write("daprhep", "stopped");
        }
    }

    private static JsonObject ToJson(LocalStack stack) => new()
    {
        ["gateway"] = stack.Gateway.ToString(),
        ["services"] = new JsonArray([.. stack.Replicas.Select(replica => new JsonObject
        {
            ["service"] = replica.Service.Name,
            ["name"] = replica.Process.Name,
            ["process"] = replica.Process.Id,
            ["port"] = replica.Port,
        })]),
    };

    private static IReadOnlyList<StackService> WithReplicas(IReadOnlyList<StackService> services, IReadOnlyList<string> arguments)
    {
        foreach (string argument in arguments)
        {
            if (argument.Split('=') is not [var name, var text]
                || !int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int count)
                || count is < 1 or > TyeFile.MostReplicas)
            {
                throw new UsageException($"--replicas {argument}: expected SERVICE=N with N from 1 to {TyeFile.MostReplicas}");
            }
            if (services.All(service => service.Name != name))
            {
                string names = string.Join(", ", services.Select(service => service.Name));
                throw new UsageException($"--replicas {argument}: there is no service '{name}'; the file has {names}");
            }
            services = [.. services.Select(s => s.Name == name ? s with { Replicas = count } : s)];
        }
        return services;
    }

    private static int? PortOf(int number) => number switch
    {
        0 => null,
        > 0 and <= ushort.MaxValue => number,
        _ => throw new UsageException($"--port {number}: expected a port from 0 to {ushort.MaxValue}"),
    };
}
