using System.Globalization;

namespace DaprHep.Cli.Stack;

/// <summary>
/// The real runtime of a stack: placement and scheduler, unless they run already (<c>dapr init</c>), and one daprd for each seat. All on
/// loopback. Sources: Dapr's arguments overview, and the options of its programs.
/// </summary>
internal static class DaprdProcesses
{
    // Where the control plane of `dapr init` listens, and the variables that move ours elsewhere.
    private const int UsualPlacementPort = 50005, UsualSchedulerPort = 50006;
    private const string PlacementVariable = "DAPRHEP_PLACEMENT_PORT", SchedulerVariable = "DAPRHEP_SCHEDULER_PORT";
    private const string Loopback = "127.0.0.1";
    private const string GracefulSeconds = "1";

    /// <summary>Starts what is missing.</summary>
    /// <param name="seats">The seats.</param>
    /// <param name="resources">Components and configuration.</param>
    /// <param name="data">Folder of the stack's data.</param>
    /// <param name="log">Takes their lines.</param>
    /// <param name="started">Called with each process as it starts.</param>
    /// <exception cref="StackException">A program is not installed; a variable's port is none.</exception>
    public static void Start(
        IReadOnlyList<Seat> seats, DaprResources resources, string data, StackLog log, Action<StackProcess> started)
    {
        string daprd = Require("daprd");
        int placement = PortOf(PlacementVariable, UsualPlacementPort), scheduler = PortOf(SchedulerVariable, UsualSchedulerPort);
        string[][] diagnostics = DiagnosticPorts();
        if (!FreePorts.Answers(placement))
        {
            started(StackProcess.StartProgram("placement", Require("placement"),
                ["--port", Text(placement), "--listen-address", Loopback, .. diagnostics[0]], Seat.Shared, log));
        }
        if (!FreePorts.Answers(scheduler))
        {
            started(StackProcess.StartProgram("scheduler", Require("scheduler"),
                ["--port", Text(scheduler), "--listen-address", Loopback, "--etcd-data-dir", Path.Combine(data, "dapr", "scheduler"), .. diagnostics[1]],
                Seat.Shared, log));
        }
        foreach (Seat seat in seats)
            started(StackProcess.StartProgram($"{seat.Name}-daprd", daprd, ArgumentsOf(seat, resources, placement, scheduler), Seat.Shared, log));
    }

    // Both have port 8080 for health unless told otherwise, which is the gateway's here, and listen to the whole network.
    private static string[][] DiagnosticPorts()
    {
        using var ports = new FreePorts();
        return [.. Enumerable.Range(0, 2).Select(_ => (string[])
        [
            "--healthz-listen-address", Loopback, "--healthz-port", Text(ports.Any()),
            "--metrics-listen-address", Loopback, "--metrics-port", Text(ports.Any()),
        ])];
    }

    /// <summary>A program of Dapr on PATH or where <c>dapr init</c> puts it; null when it is not there.</summary>
    public static string? Find(string program)
    {
        string home = Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".dapr", "bin");
        string[] folders = [.. (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries), home];
        return folders.Select(folder => Path.Combine(folder, program)).FirstOrDefault(File.Exists);
    }

    private static string Require(string program) => Find(program) ?? throw new StackException(
        $"--sidecar daprd: {program} is neither on PATH nor in ~/.dapr/bin; install the Dapr CLI and run: dapr init --slim; "
        + "or leave --sidecar out for the development sidecar");

    private static string[] ArgumentsOf(Seat seat, DaprResources resources, int placement, int scheduler) =>
    [
        "--app-id", seat.Service.Name,
        "--mode", "standalone",
        "--app-port", Text(seat.Port),
        "--dapr-http-port", Text(seat.SidecarHttp),
        "--dapr-grpc-port", Text(seat.SidecarGrpc),
        "--dapr-internal-grpc-port", Text(seat.SidecarPeers),
        "--dapr-listen-addresses", Loopback,
        "--dapr-internal-grpc-listen-address", Loopback,
        "--metrics-port", Text(seat.SidecarMetrics),
        "--metrics-listen-address", Loopback,
        "--placement-host-address", $"{Loopback}:{Text(placement)}",
        "--scheduler-host-address", $"{Loopback}:{Text(scheduler)}",
        "--dapr-graceful-shutdown-seconds", GracefulSeconds,
        "--resources-path", resources.Folder,
        "--config", resources.Configuration,
    ];

    private static int PortOf(string variable, int usual) => Environment.GetEnvironmentVariable(variable) switch
    {
        null or "" => usual,
        var text when ushort.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out ushort port) && port > 0 => port,
        var text => throw new StackException($"{variable}={text}: expected a port from 1 to {ushort.MaxValue}"),
    };

    private static string Text(int port) => port.ToString(CultureInfo.InvariantCulture);
}
