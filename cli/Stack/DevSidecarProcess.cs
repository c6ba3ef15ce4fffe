using System.Globalization;

namespace DaprHep.Cli.Stack;

/// <summary>The development sidecar of a stack: one process for all seats.</summary>
internal static class DevSidecarProcess
{
    /// <summary>Starts it. Its task ends when it is ready.</summary>
    public static (StackProcess Process, Task Ready) Start(IReadOnlyList<Seat> seats, string data, StackLog log)
    {
        var ready = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        IEnumerable<string> apps = seats.SelectMany(seat => new[] { "--app", ArgumentOf(seat) });

        // As components/statestore.yaml has it: services and gateway see the same records.
        string[] arguments = ["--journal", Path.Combine(data, "journal.db"), "--state-key-prefix", "name", .. apps];
        StackProcess process = StackProcess.Start("sidecar", BuiltProgram.PathOf("DevSidecar"), arguments, Seat.Shared, log, line =>
        {
            if (line == "ready")
                ready.TrySetResult();
        });
        return (process, ready.Task);
    }

    private static string ArgumentOf(Seat seat) => string.Create(
        CultureInfo.InvariantCulture, $"id={seat.Service.Name},http={seat.SidecarHttp},grpc={seat.SidecarGrpc},port={seat.Port}");
}
