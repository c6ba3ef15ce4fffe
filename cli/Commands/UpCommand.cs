using System.CommandLine;
using System.Globalization;
using System.Text.Json.Nodes;
using DaprHep.Cli.Stack;
using DaprHep.Data.Objects;
using DaprHep.Hosting.Contracts;

namespace DaprHep.Cli.Commands;

/// <summary><c>daprhep up</c>: the local stack of <c>tye.yaml</c>, until Ctrl-C.</summary>
internal static class UpCommand
{
    private const string Dev = "dev";
    private const string Daprd = "daprd";

    public static Command Create()
    {
        Option<string> file = StackOptions.File();
        var replicas = new Option<string[]>("--replicas")
        {
            Description = "Processes of a service, for instance ingest=3.",
            HelpName = "SERVICE=N",
        };
        var port = new Option<int?>("--port")
        {
            Description = "Port of the gateway instead of the file's; 0 for free ones, for all services.",
            HelpName = "N",
        };
        var sidecar = new Option<string>("--sidecar")
        {
            Description = "dev: the development sidecar; daprd: the real runtime, which must be installed.",
            DefaultValueFactory = _ => Dev,
        };
        sidecar.AcceptOnlyFromAmong(Dev, Daprd);
        Option<string?> data = StackOptions.Data();
        var store = new Option<string?>("--store")
        {
            Description = "Object store of runs that name none; s3 starts one for this stack. Default: a folder in the data folder.",
            HelpName = "URL|s3",
        };
        var json = new Option<bool>("--json")
        {
            Description = "Print one JSON object when the stack is ready; the log goes to standard error.",
        };
        var command = new Command("up", "Start the services of tye.yaml on this machine and stop them on Ctrl-C.")
        {
            file, replicas, port, sidecar, data, store, json,
        };
        command.SetAction((parsed, cancellation) => Failure.Guard(async () =>
        {
            string path = parsed.GetValue(file)!;
            StackFile stack = TyeFile.Read(path);
            IReadOnlyList<StackService> services = stack.Services;
            if (parsed.GetValue(port) is 0)
                services = [.. services.Select(s => s with { Port = null })];
            else if (parsed.GetValue(port) is { } number)
                services = [.. services.Select(s => s.Name == Apps.Pipeline ? s with { Port = PortOf(number) } : s)];
            services = WithReplicas(services, parsed.GetValue(replicas) ?? []);
            await RunAsync(
                stack with { Services = services },
                parsed.GetValue(sidecar) == Daprd,
                StoreOf(parsed.GetValue(store)),
                StackOptions.FolderOf(path, parsed.GetValue(data)),
                parsed.GetValue(json),
                cancellation);
        }));
        return command;
    }

    private static async Task RunAsync(
        StackFile file, bool daprd, string? store, string data, bool json, CancellationToken cancellation)
    {
        using StackFolder folder = StackFolder.Take(data);
        StackLog log = json ? new(Console.Error, !Console.IsErrorRedirected) : new(Console.Out, !Console.IsOutputRedirected);
        try
        {
            if (await StackFolder.EndLeftoversAsync(data) is > 0 and int left)
                log.Write("daprhep", $"the last stack here was killed; {left} processes of it were still running and are stopped now");
            await using LocalStack stack = await LocalStack.StartAsync(file, daprd, store, folder, log, cancellation);
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

    // What is no store is said before anything starts.
    private static string? StoreOf(string? store) => store is null or LocalS3.Name ? store : ObjectStore.Open(store).Url;

    private static JsonObject ToJson(LocalStack stack) => new()
    {
        ["gateway"] = stack.Gateway.ToString(),
        ["services"] = new JsonArray([.. stack.Replicas.Select(replica => new JsonObject
        {
            ["service"] = replica.Service.Name,
            ["name"] = replica.Process.Name,
            ["process"] = replica.Process.Id,
            ["port"] = replica.Port,
            ["sidecar"] = replica.Sidecar,
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

    private static int PortOf(int number) => number switch
    {
        > 0 and <= ushort.MaxValue => number,
        _ => throw new UsageException($"--port {number}: expected a port from 0 to {ushort.MaxValue}"),
    };
}
