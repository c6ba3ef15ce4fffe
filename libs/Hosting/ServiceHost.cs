using Dapr.Workflow;
using Dapr.Workflow.Abstractions;
using DaprHep.Hosting.Jobs;
using DaprHep.Hosting.News;
using DaprHep.Hosting.Runs;
using DaprHep.Hosting.Telemetry;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Diagnostics.HealthChecks;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Console;

namespace DaprHep.Hosting;

/// <summary>What every service shares: the workflow worker, health, logs, progress, tokens and a stop that loses nothing.</summary>
public static class ServiceHost
{
    private static readonly TimeSpan StopLimit = TimeSpan.FromSeconds(3);

    /// <summary>
    /// The builder of a service that is a process of its own: configured by its environment, with logs and telemetry. With the single
    /// argument
    /// <c>--version</c> the process says what it is, and ends.
    /// </summary>
    /// <param name="args">The process's arguments.</param>
    /// <param name="service">Name of the service: its Dapr app id.</param>
    public static WebApplicationBuilder CreateBuilder(string[] args, string service)
    {
        if (args is ["--version"])
        {
            Console.Out.WriteLine(SoftwareVersion.TextOf($"daprhep {service}"));
            Environment.Exit(0);
        }
        WebApplicationBuilder builder = WebApplication.CreateSlimBuilder(args);
        // For addresses of https: certificates come from Kestrel's own configuration, Kestrel__Certificates__Default__Path and KeyPath.
        builder.WebHost.UseKestrelHttpsConfiguration();
        AddLogs(builder.Logging, builder.Configuration["Logging:Console:FormatterName"] ?? ConsoleFormatterNames.Json);
        return builder.AddDaprHepTelemetry(service);
    }

    /// <summary>Adds the Dapr workflow worker, health checks and the progress sink.</summary>
    /// <param name="builder">The service's builder.</param>
    /// <param name="register">Registers the service's activities with <see cref="RegisterStep"/>, or its workflows.</param>
    public static WebApplicationBuilder AddDaprHepService(this WebApplicationBuilder builder, Action<WorkflowRuntimeOptions> register)
    {
        ArgumentNullException.ThrowIfNull(builder);
        IServiceCollection services = builder.Services;
        services.AddDaprWorkflow(register);
        services.TryAddSingleton(TimeProvider.System);
        services.AddSingleton(provider => SidecarAddress.Connect(provider.GetRequiredService<IConfiguration>()));
        services.AddSingleton<SidecarHttp>();
        services.AddSingleton<JobStore>();
        services.AddSingleton<RunMarks>();
        services.AddSingleton<RunWatch>();
        services.AddHostedService(provider => provider.GetRequiredService<RunWatch>());
        services.AddSingleton(DataMemory.From(builder.Configuration));
        services.AddSingleton<ActivitySlots>();
        services.AddHostedService(provider => provider.GetRequiredService<ActivitySlots>());
        services.AddSingleton(provider => new ProcessStopping(provider.GetRequiredService<IHostApplicationLifetime>().ApplicationStopping));
        services.AddSingleton<RunNews>();
        services.AddSingleton<ILoggerProvider, RunLog>();
        services.AddSingleton<PublishedProgress>();
        services.TryAddSingleton<IProgressSink>(provider => provider.GetRequiredService<PublishedProgress>());
        services.AddHostedService(provider => provider.GetRequiredService<PublishedProgress>());
        services.AddHealthChecks().AddCheck<WorkerHealth>("worker", tags: ["ready"]);
        services.AddProblemDetails();
        services.Configure<HostOptions>(options => options.ShutdownTimeout = StopLimit);
        return builder;
    }

    /// <summary>
    /// Registers an activity under its type name, with log scope, bounded concurrency and a stop that leaves it to another worker.
    /// </summary>
    /// <typeparam name="TActivity">The activity; its dependencies come from the service's container.</typeparam>
    public static void RegisterStep<TActivity>(this WorkflowRuntimeOptions options)
        where TActivity : class, IWorkflowActivity
    {
        ArgumentNullException.ThrowIfNull(options);
        options.RegisterActivity<ServiceActivity<TActivity>>(typeof(TActivity).Name);
    }

    /// <summary>
    /// Maps <c>/healthz/live</c>, <c>/healthz/ready</c> and <c>/metrics</c>; anything else must bring the sidecar's <c>APP_API_TOKEN</c>
    /// where one is set.
    /// </summary>
    public static WebApplication UseDaprHepService(this WebApplication app)
    {
        ArgumentNullException.ThrowIfNull(app);
        app.MapHealth();
        app.MapMetrics();
        string? token = app.Configuration[AppToken.Variable];
        app.Use((context, next) =>
        {
            bool allowed = context.Request.Path.StartsWithSegments("/healthz")
                || context.Request.Path.StartsWithSegments(TelemetryHost.MetricsPath)
                || AppToken.Matches(token, context.Request.Headers[AppToken.Header]);
            return allowed ? next(context) : AppToken.Refuse(AppToken.Header).ExecuteAsync(context);
        });
        return app;
    }

    /// <summary>Maps <c>/healthz/live</c> (the process answers) and <c>/healthz/ready</c> (work reaches it), for whoever asks.</summary>
    public static void MapHealth(this WebApplication app)
    {
        ArgumentNullException.ThrowIfNull(app);
        app.MapHealthChecks("/healthz/live", new HealthCheckOptions { Predicate = _ => false });
        app.MapHealthChecks("/healthz/ready", new HealthCheckOptions
        {
            Predicate = check => check.Tags.Contains("ready"),
            ResponseWriter = (context, report) => context.Response.WriteAsync(string.Join(
                '\n', report.Entries.Values.Select(entry => entry.Description).OfType<string>().Prepend(report.Status.ToString()))),
        });
    }

    // JSON lines for machines; Logging__Console__FormatterName=simple for people.
    private static void AddLogs(ILoggingBuilder logging, string format)
    {
        logging.AddFilter("Microsoft", LogLevel.Warning);

        // A service that is not ready yet is asked often, and its answer says why.
        logging.AddFilter("Microsoft.Extensions.Diagnostics.HealthChecks", LogLevel.None);
        logging.AddConsole();

        // After the slim builder's own choice of the simple format.
        logging.Services.PostConfigure<ConsoleLoggerOptions>(console => console.FormatterName = format);
        logging.Services.Configure<JsonConsoleFormatterOptions>(json =>
        {
            json.IncludeScopes = true;
            json.UseUtcTimestamp = true;
            json.TimestampFormat = "yyyy-MM-dd'T'HH:mm:ss.fff'Z'";
        });
        logging.Services.Configure<SimpleConsoleFormatterOptions>(simple => simple.SingleLine = true);
    }
}
