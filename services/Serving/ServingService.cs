using System.Security.Cryptography;
using DaprHep.Data.Objects;
using DaprHep.Hosting;
using DaprHep.Hosting.Contracts;
using DaprHep.Hosting.Telemetry;
using DaprHep.Learning.Artifacts;
using DaprHep.Learning.Inference;
using DaprHep.Serving.Activities;
using DaprHep.Serving.Catalogue;
using DaprHep.Serving.Http;
using DaprHep.Serving.Models;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace DaprHep.Serving;

/// <summary>The service <c>serving</c>: events in, probabilities out; and the gate that a run's model must pass to be served.</summary>
public static class ServingService
{
    private const string StoreVariable = "DAPRHEP_STORE";
    private static readonly TimeSpan HeadersLimit = TimeSpan.FromSeconds(10);

    /// <summary>
    /// Lets idle threads of this process sleep at once. Those that look out for work first, as they do otherwise, take a large part of a
    /// core from the others while requests come one by one. To be called before anything else.
    /// </summary>
    public static void CalmThreads() => AppContext.SetData("System.Threading.ThreadPool.UnfairSemaphoreSpinLimit", 0);

    /// <summary>
    /// Puts the service together on a builder, be it of a process of its own or of an embedded run. It serves what the catalogue in
    /// <c>DAPRHEP_STORE</c> says.
    /// </summary>
    public static WebApplication Build(WebApplicationBuilder builder)
    {
        ArgumentNullException.ThrowIfNull(builder);
        builder.AddDaprHepService(workflows => workflows.RegisterStep<Promote>());
        AddModels(builder);
        builder.Services.AddSingleton<TopicEndpoints>();
        if (builder.Configuration[StoreVariable] is { Length: > 0 } store)
        {
            builder.Services.AddSingleton(new CatalogueStore(ObjectStore.Open(store)));
            builder.Services.AddSingleton<CatalogueFollower>();
            builder.Services.AddHostedService(provider => provider.GetRequiredService<CatalogueFollower>());
            builder.Services.AddHealthChecks().AddCheck<CatalogueHealth>("catalogue", tags: ["ready"]);
        }
        WebApplication app = builder.Build();
        app.UseExceptionHandler();
        app.UseStatusCodePages();
        app.UseCallerToken();
        app.MapHealth();
        _ = app.Services.GetRequiredService<ServingMeasures>();
        app.MapMetrics();
        app.MapOpenApi();
        app.MapModels();
        TopicEndpoints.Map(app);
        return app;
    }

    /// <summary>Puts a server of one model together, without sidecar and catalogue.</summary>
    /// <param name="builder">The builder.</param>
    /// <param name="name">The name in the address.</param>
    /// <param name="location">Folder or URL of the model.</param>
    /// <param name="cancellation">Ends the work early.</param>
    /// <exception cref="BadInputException">The name is none.</exception>
    /// <exception cref="ObjectStoreException">A file is missing or can't be read.</exception>
    /// <exception cref="ModelFormatException">A file is malformed.</exception>
    /// <exception cref="ModelDigestException">The weights are not those of the description.</exception>
    public static async Task<WebApplication> BuildAsync(
        WebApplicationBuilder builder, string? name, string location, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(builder);
        Predictor predictor = await Predictor.LoadAsync(location, cancellation);
        name ??= predictor.Description.Model;
        if (!PipelineRequest.CanServe(name))
            throw new BadInputException($"'{name}' can't be served: a name is 1 to 64 small letters, digits, '-', '.' and '_'");
        AddModels(builder);
        builder.Services.AddHealthChecks();
        WebApplication app = builder.Build();
        app.Services.GetRequiredService<ModelHost>().Take(await AloneAsync(name, location, predictor, cancellation));
        app.UseExceptionHandler();
        app.UseStatusCodePages();
        app.UseCallerToken();
        app.MapHealth();
        _ = app.Services.GetRequiredService<ServingMeasures>();
        app.MapMetrics();
        app.MapOpenApi();
        app.MapModels();
        return app;
    }

    /// <summary>The name of the model that <see cref="BuildAsync"/> serves.</summary>
    public static string NameIn(WebApplication app)
    {
        ArgumentNullException.ThrowIfNull(app);
        return app.Services.GetRequiredService<ModelHost>().All[0].Model.Name;
    }

    private static async Task<LoadedModel> AloneAsync(string name, string location, Predictor predictor, CancellationToken cancellation)
    {
        (ObjectStore store, string prefix) = ObjectStore.OpenAt(location);
        using ObjectContent description = await store.ReadAsync($"{prefix}/{SavedModel.DescriptionName}", cancellation);
        string digest = Convert.ToHexStringLower(SHA256.HashData(description.Memory.Span));
        string weights = predictor.Description.WeightsSha256 ?? "";
        var version = new ModelVersion(
            weights[..Math.Min(12, weights.Length)], location, digest, weights, Run: "", DateTimeOffset.UtcNow, Gate: "",
            predictor.Description.Metrics, VersionInput.Of(predictor));
        var model = new ServedModel { Name = name, Versions = [version], Served = [version.Version] };
        var loaded = new LoadedVersion(version, predictor);
        await WarmUp.RunAsync(loaded);
        return new LoadedModel(model, loaded, Canary: null, Shadow: null, Problem: null);
    }

    private static void AddModels(WebApplicationBuilder builder)
    {
        builder.Services.TryAddSingleton(TimeProvider.System);
        builder.Services.AddSingleton(ServingLimits.From(builder.Configuration));
        builder.Services.AddSingleton<ModelHost>();
        builder.Services.AddSingleton<MemoryBudget>();
        builder.Services.AddSingleton<ShadowComparison>();
        builder.Services.AddHostedService(provider => provider.GetRequiredService<ShadowComparison>());
        builder.Services.AddSingleton<PredictEndpoint>();
        builder.Services.AddSingleton<ServingMeasures>();
        builder.Services.AddHostedService<DriftAlarm>();
        builder.Services.AddOpenApi(options => options.AddSchemaTransformer<EventSchemas>());
        builder.Services.AddProblemDetails(problems => problems.CustomizeProblemDetails = RouteHints.Add);

        // With it goes an activity and a log scope for every request, which nobody reads; collectors still get their spans.
        builder.Logging.AddFilter("Microsoft.AspNetCore.Hosting.Diagnostics", LogLevel.None);
        builder.Services.Configure<KestrelServerOptions>(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Limits.RequestHeadersTimeout = HeadersLimit;
        });
    }
}
