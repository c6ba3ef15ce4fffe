using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace DaprHep.Cli.Stack;

/// <summary>A place in the stack for one process: its name and its ports.</summary>
internal sealed record Seat(StackService Service, string Name, int Port, int SidecarHttp, int SidecarGrpc)
{
    private const int FirstFreePort = 20_000;
    private const int EndOfFreePorts = 32_768;
    private const int PortAttempts = 100;
    private const string LogFormat = "Logging__Console__FormatterName";

    /// <summary>Variables of every process: logs for people, unless this process was told otherwise.</summary>
    public static IReadOnlyDictionary<string, string> Shared { get; } = new Dictionary<string, string>
    {
        [LogFormat] = Environment.GetEnvironmentVariable(LogFormat) is { Length: > 0 } format ? format : "simple",
        ["DOTNET_gcServer"] = "0",
    };

    /// <summary>What the sidecar is told of the process.</summary>
    public string SidecarArgument => string.Create(
        CultureInfo.InvariantCulture, $"id={Service.Name},http={SidecarHttp},grpc={SidecarGrpc},port={Port}");

    /// <summary>Seats for all replicas. A service's own port goes to its first replica.</summary>
    /// <exception cref="StackException">A port is taken.</exception>
    public static List<Seat> For(IReadOnlyList<StackService> services)
    {
        var listeners = new List<TcpListener>();
        try
        {
            return [.. services.SelectMany(service => Enumerable.Range(1, service.Replicas).Select(number => new Seat(
                service,
                service.Replicas == 1 ? service.Name : $"{service.Name}-{number}",
                Take(number == 1 ? service.Port : null, service),
                Take(null, service),
                Take(null, service))))];
        }
        finally
        {
            foreach (TcpListener listener in listeners)
                listener.Dispose();
        }

        // Held until all are chosen, so that no port is given twice.
        int Take(int? wanted, StackService service)
        {
            try
            {
                TcpListener listener = wanted > 0 ? Listen(wanted.Value) : ListenAnywhere();
                listeners.Add(listener);
                return ((IPEndPoint)listener.LocalEndpoint).Port;
            }
            catch (SocketException e)
            {
                throw new StackException(
                    $"port {wanted} of {service.Name} can't be used ({e.Message}); stop what listens there, or give --port");
            }
        }
    }

    /// <summary>Starts the process.</summary>
    public StackProcess Start(string data, StackLog log)
    {
        var environment = new Dictionary<string, string>(Shared)
        {
            ["ASPNETCORE_URLS"] = Address(Port),
            ["DAPR_HTTP_ENDPOINT"] = Address(SidecarHttp),
            ["DAPR_GRPC_ENDPOINT"] = Address(SidecarGrpc),
            ["DAPRHEP_STORE"] = new Uri(Path.Combine(Path.GetFullPath(data), "store")).AbsoluteUri,
        };
        foreach ((string name, string value) in Service.Environment)
            environment[name] = value;
        return StackProcess.Start(Name, Service.Program, [], environment, log);
    }

    // A port from the system's own range may be gone again, to a connection of any program, before the process listens on it.
    private static TcpListener ListenAnywhere()
    {
        for (int attempt = 1; ; attempt++)
        {
            try
            {
                return Listen(attempt < PortAttempts ? Random.Shared.Next(FirstFreePort, EndOfFreePorts) : 0);
            }
            catch (SocketException) when (attempt < PortAttempts)
            {
                // Taken; another.
            }
        }
    }

    private static TcpListener Listen(int port)
    {
        var listener = new TcpListener(IPAddress.Loopback, port);
        listener.Start();
        return listener;
    }

    private static string Address(int port) => $"http://127.0.0.1:{port.ToString(CultureInfo.InvariantCulture)}";
}
