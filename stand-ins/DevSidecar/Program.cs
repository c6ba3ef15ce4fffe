using DaprHep.DevSidecar;
using Microsoft.Data.Sqlite;
using OpenTelemetry;
using OpenTelemetry.Resources;
using OpenTelemetry.Trace;

SidecarOptions options;
try
{
    options = CommandLine.Parse(args);
}
catch (FormatException e)
{
    await Console.Error.WriteLineAsync(e.Message);
    await Console.Error.WriteLineAsync(CommandLine.Usage);
    return 2;
}

// The web server's line for every request would drown the sidecar's own.
using var loggers = LoggerFactory.Create(logging => logging.AddFilter("Microsoft", LogLevel.Warning).AddSimpleConsole(console =>
{
    console.SingleLine = true;
    console.TimestampFormat = "HH:mm:ss.fff ";
    console.UseUtcTimestamp = true;
}));
using var traces = Environment.GetEnvironmentVariable("OTEL_EXPORTER_OTLP_ENDPOINT") is { Length: > 0 }
    ? Sdk.CreateTracerProviderBuilder().ConfigureResource(resource => resource.AddService("sidecar"))
        .AddSource("DaprHep.DevSidecar").AddOtlpExporter().Build()
    : null;
using var stop = new CancellationTokenSource();
using var interrupt = System.Runtime.InteropServices.PosixSignalRegistration.Create(System.Runtime.InteropServices.PosixSignal.SIGINT,
    Stop);
using var terminate = System.Runtime.InteropServices.PosixSignalRegistration.Create(System.Runtime.InteropServices.PosixSignal.SIGTERM,
    Stop);
try
{
    await using var sidecar = await Sidecar.StartAsync(options, loggers, stop.Token);
    await Console.Out.WriteLineAsync("ready");
    await Task.Delay(Timeout.Infinite, stop.Token);
}
catch (OperationCanceledException)
{
    return 0;
}
catch (Exception e) when (e is IOException or SqliteException or UnauthorizedAccessException)
{
    await Console.Error.WriteLineAsync($"The sidecar cannot start: {e.Message}");
    return 1;
}

return 0;

void Stop(System.Runtime.InteropServices.PosixSignalContext context)
{
    context.Cancel = true;
    stop.Cancel();
}
