using DaprHep.Gateway.Dashboard;
using DaprHep.Hosting;
using DaprHep.Hosting.Jobs;
using DaprHep.Hosting.Telemetry;
using DaprHep.Root;
using DaprHep.Topology;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace DaprHep.Gateway;

/// <summary>The workflow app <c>pipeline</c>: runs the pipeline workflow, and is the HTTP gateway to it.</summary>
public static class GatewayService
{
    /// <summary>Puts the app together on a builder, be it of a process of its own or of an embedded run.</summary>
    public static WebApplication Build(WebApplicationBuilder builder)
    {
        ArgumentNullException.ThrowIfNull(builder);
        builder.AddDaprHepService(workflows =>
        {
            workflows.RegisterWorkflow<TopologyPipeline>();
            workflows.RegisterWorkflow<TuneModel>();
            workflows.RegisterWorkflow<TrainTrial>();
            workflows.RegisterWorkflow<TrainModel>();
            workflows.RegisterJobCheck();
            workflows.RegisterWorkflow<ConvertPartitions>();
            workflows.RegisterWorkflow<ScatterPartitions>();
            workflows.RegisterWorkflow<BuildShards>();
            workflows.RegisterWorkflow<WaitForWorker>();
            workflows.RegisterWorkflow<ResumeRun>();
            workflows.RegisterActivity<MissingSince>();
            workflows.RegisterActivity<RestartRun>();
            workflows.RegisterActivity<StopWork>();
        });
        builder.Services.AddOpenApi();
        builder.Services.TryAddSingleton(InputAccess.Unlimited);
        builder.AddRunRateLimit();
        builder.Services.AddSingleton<Runs>();
        builder.Services.AddSingleton<RunCounts>();
        builder.Services.AddSingleton<RunIndex>();
        builder.Services.AddHostedService(provider => provider.GetRequiredService<RunIndex>());
        builder.Services.AddSingleton<BoardArchive>();
        builder.Services.AddSingleton<ProgressBoard>();
        builder.Services.AddHostedService(provider => provider.GetRequiredService<ProgressBoard>());
        builder.Services.AddSingleton<DashboardSession>();
        builder.Services.AddSingleton<AppWatch>();
        builder.Services.AddHostedService(provider => provider.GetRequiredService<AppWatch>());
        WebApplication app = builder.Build();
        app.UseExceptionHandler();
        app.UseStatusCodePages();
        app.UseRateLimiter();
        app.MapHealth();
        app.MapMetrics(app.Services.GetRequiredService<RunCounts>().RefreshAsync);
        app.MapOpenApi();
        app.MapProgress();
        app.MapJobs();
        app.MapRuns();
        app.MapCompare();
        app.MapEvents();
        app.MapModels();
        app.MapDashboard();
        return app;
    }
}
