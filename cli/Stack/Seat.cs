using System.Globalization;
using System.Net.Sockets;
using DaprHep.Root;

namespace DaprHep.Cli.Stack;

/// <summary>A place in the stack for one process: its name, its port, and its sidecar's ports.</summary>
/// <param name="Service">The service.</param>
/// <param name="Name">Name of the process in the log.</param>
/// <param name="Port">Port of the process.</param>
/// <param name="SidecarHttp">Port of its sidecar's HTTP API.</param>
/// <param name="SidecarGrpc">Port of its sidecar's gRPC API.</param>
/// <param name="SidecarPeers">Port at which its sidecar is reached by the others; of daprd only.</param>
/// <param name="SidecarMetrics">Port of its sidecar's metrics; of daprd only.</param>
internal sealed record Seat(StackService Service, string Name, int Port, int SidecarHttp, int SidecarGrpc, int SidecarPeers, int SidecarMetrics)
{
    private const string LogFormat = "Logging__Console__FormatterName";

    /// <summary>Variables of every process: logs for people, unless this process was told otherwise.</summary>
    public static IReadOnlyDictionary<string, string> Shared { get; } = new Dictionary<string, string>
    {
        [LogFormat] = Environment.GetEnvironmentVariable(LogFormat) is { Length: > 0 } format ? format : "simple",
        ["DOTNET_gcServer"] = "0",
    };

    /// <summary>Seats for all replicas. A service's own port goes to its first replica.</summary>
    /// <exception cref="StackException">A port is taken.</exception>
    public static List<Seat> For(IReadOnlyList<StackService> services)
    {
        using var ports = new FreePorts();
        return [.. services.SelectMany(service => Enumerable.Range(1, service.Replicas).Select(number => new Seat(
            service,
            service.Replicas == 1 ? service.Name : $"{service.Name}-{number}",
            number == 1 && service.Port is { } own ? Hold(own, service.Name) : ports.Any(),
            ports.Any(),
            ports.Any(),
            ports.Any(),
            ports.Any())))];

        int Hold(int port, string service)
        {
            try
            {
                return ports.Hold(port);
            }
            catch (SocketException e)
            {
                throw new StackException(
                    $"port {port} of {service} can't be used ({e.Message}); stop what listens there, or give --port");
            }
        }
    }

    /// <summary>Starts the process.</summary>
    /// <param name="store">The variables that name the object store of runs that name none.</param>
    /// <param name="log">Takes its lines.</param>
    public StackProcess Start(IReadOnlyDictionary<string, string> store, StackLog log)
    {
        var environment = new Dictionary<string, string>(Shared)
        {
            ["ASPNETCORE_URLS"] = Address(Port),
            ["DAPR_HTTP_ENDPOINT"] = Address(SidecarHttp),
            ["DAPR_GRPC_ENDPOINT"] = Address(SidecarGrpc),
        };

        // The stack listens on loopback alone, and whoever starts runs can read this machine's files without it.
        if (Environment.GetEnvironmentVariable(InputAccess.SchemesVariable) is null)
            environment[InputAccess.SchemesVariable] = InputAccess.Everything;
        foreach ((string name, string value) in store.Concat(Service.Environment))
            environment[name] = value;
        return StackProcess.Start(Name, Service.Program, [], environment, log);
    }

    private static string Address(int port) => $"http://127.0.0.1:{port.ToString(CultureInfo.InvariantCulture)}";
}
