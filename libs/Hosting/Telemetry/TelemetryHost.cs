using System.Diagnostics;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using OpenTelemetry;
using OpenTelemetry.Metrics;
using OpenTelemetry.Resources;
using OpenTelemetry.Trace;

namespace DaprHep.Hosting.Telemetry;

/// <summary>
/// The telemetry of a process: metrics at <c>/metrics</c> for whoever asks, and traces, metrics and logs to an OpenTelemetry collector where
/// <c>OTEL_EXPORTER_OTLP_ENDPOINT</c> is set. Where it is not, no OpenTelemetry code runs; trace ids are passed on and logged all the same.
/// </summary>
public static class TelemetryHost
{
    /// <summary>The configuration key and environment variable of the collector's address.</summary>
    public const string EndpointVariable = "OTEL_EXPORTER_OTLP_ENDPOINT";

    /// <summary>Where metrics are.</summary>
    public const string MetricsPath = "/metrics";

    /// <summary>The sources of spans: ours, the workflow worker's, the development sidecar's.</summary>
    public static IReadOnlyList<string> Sources { get; } = [Measures.SourceName, "Dapr.Workflow", "DaprHep.DevSidecar"];

    /// <summary>Adds the telemetry of a process. A process that holds several services adds it once at most.</summary>
    /// <param name="builder">The process's builder.</param>
    /// <param name="service">Name of the service: its Dapr app id.</param>
    public static WebApplicationBuilder AddDaprHepTelemetry(this WebApplicationBuilder builder, string service)
    {
        ArgumentNullException.ThrowIfNull(builder);
        builder.Services.AddSingleton<PrometheusMetrics>();
        builder.Logging.Configure(options => options.ActivityTrackingOptions = ActivityTrackingOptions.TraceId | ActivityTrackingOptions.SpanId);
        if (string.IsNullOrEmpty(builder.Configuration[EndpointVariable]))
            return builder;
        builder.Services.AddOpenTelemetry()
            .ConfigureResource(resource => resource.AddService(service, serviceVersion: SoftwareVersion.Current))
            .WithTracing(traces => traces
                .AddSource([.. Sources])
                .AddAspNetCoreInstrumentation(web => web.Filter = IsWork)
                .AddHttpClientInstrumentation()
                .SetSampler(new ParentBasedSampler(new SpansOfWork())))
            .WithMetrics(metrics => metrics
                .AddMeter(Measures.MeterName, "System.Runtime")
                .AddAspNetCoreInstrumentation())
            .WithLogging(configureBuilder: null, logs =>
            {
                logs.IncludeScopes = true;
                logs.IncludeFormattedMessage = true;
            })
            .UseOtlpExporter();
        return builder;
    }

    /// <summary>Maps <see cref="MetricsPath"/>, where the process has telemetry; no token is asked for, as for health.</summary>
    /// <param name="app">The process's web application.</param>
    /// <param name="refresh">Brings gauges up to date before they are read.</param>
    public static void MapMetrics(this WebApplication app, Func<CancellationToken, Task>? refresh = null)
    {
        ArgumentNullException.ThrowIfNull(app);
        if (app.Services.GetService<PrometheusMetrics>() is not { } metrics)
            return;
        app.MapGet(MetricsPath, async (HttpContext context) =>
        {
            if (refresh is not null)
                await refresh(context.RequestAborted).ConfigureAwait(false);
            using var text = new StringWriter();
            metrics.Write(text);
            context.Response.ContentType = PrometheusMetrics.ContentType;
            await context.Response.WriteAsync(text.ToString(), context.RequestAborted).ConfigureAwait(false);
        }).ExcludeFromDescription();
    }

    // What asks often and says nothing would bury the runs' spans.
    private static bool IsWork(HttpContext context) =>
        !context.Request.Path.StartsWithSegments("/healthz") && !context.Request.Path.StartsWithSegments(MetricsPath);

    /// <summary>A trace begins with a request or a command; a call to the sidecar that belongs to neither begins none.</summary>
    private sealed class SpansOfWork : Sampler
    {
        public override SamplingResult ShouldSample(in SamplingParameters samplingParameters) =>
            new(samplingParameters.Kind == ActivityKind.Client ? SamplingDecision.Drop : SamplingDecision.RecordAndSample);
    }
}
