using System.CommandLine;
using System.Diagnostics;
using DaprHep.Hosting;
using DaprHep.Hosting.Telemetry;
using OpenTelemetry;
using OpenTelemetry.Resources;
using OpenTelemetry.Trace;

namespace DaprHep.Cli;

/// <summary>
/// The span of a command, the root of the trace that goes on through gateway, workflow and activities. Where no collector is configured,
/// only its id is made, so that the services' logs can be found by it.
/// </summary>
internal sealed class CommandTrace : IDisposable
{
    private readonly TracerProvider? _provider;
    private readonly Activity _root;

    private CommandTrace(string command)
    {
        if (Environment.GetEnvironmentVariable(TelemetryHost.EndpointVariable) is { Length: > 0 })
        {
            _provider = Sdk.CreateTracerProviderBuilder()
                .ConfigureResource(resource => resource.AddService("daprhep", serviceVersion: SoftwareVersion.Current))
                .AddSource([.. TelemetryHost.Sources])
                .AddHttpClientInstrumentation()
                .AddOtlpExporter()
                .Build();
        }
        _root = Measures.StartSpan(command) ?? new Activity(command).Start();
    }

    /// <summary>Starts the span of the command that was parsed, for instance <c>daprhep root ls</c>.</summary>
    public static CommandTrace Start(ParseResult parsed) => new(Failure.NameOf(parsed));

    /// <summary>Notes how the command ended.</summary>
    public int End(int exitCode)
    {
        _root.SetTag("process.exit.code", exitCode);
        if (exitCode != ExitCode.Done)
            _root.SetStatus(ActivityStatusCode.Error);
        return exitCode;
    }

    /// <summary>Ends the span and sends what is left.</summary>
    public void Dispose()
    {
        _root.Dispose();
        _provider?.Dispose();
    }
}
