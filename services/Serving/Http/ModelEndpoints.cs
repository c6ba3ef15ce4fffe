using DaprHep.Serving.Models;

namespace DaprHep.Serving.Http;

/// <summary>The routes under <c>/v1/models</c>.</summary>
internal static class ModelEndpoints
{
    /// <summary>Maps them.</summary>
    public static void MapModels(this WebApplication app)
    {
        RouteGroupBuilder models = app.MapGroup("/v1/models").WithTags("models");
        models.MapGet("", (ModelHost host) => host.All.Select(ModelLine.Of))
            .WithSummary("What is served.").Produces<ModelLine[]>();
        models.MapGet("/{name}", (string name, ModelHost host, ShadowComparison shadows) => host.Find(name) is { } model
                ? Results.Ok(ModelDocument.Of(model) with { ShadowStatistics = shadows.Find(name, model.Model.Shadow) })
                : PredictEndpoint.Unknown(name).ToResult())
            .WithSummary("What is served under a name: version, lineage, metrics, what an event must have.")
            .Produces<ModelDocument>().ProducesProblem(StatusCodes.Status404NotFound);
        PredictEndpoint predict = app.Services.GetRequiredService<PredictEndpoint>();
        // The web server's own metrics cost more than a small network; the service counts what it does itself.
        models.MapPost("/{name}/predict", (Delegate)predict.HandleAsync).DisableHttpMetrics()
            .WithSummary("Events in, probabilities out.")
            .Accepts<PredictRequest>("application/json", ArrowAnswer.ContentType, RootPredict.ContentType)
            .Produces<PredictAnswer>(StatusCodes.Status200OK, "application/json", ArrowAnswer.ContentType)
            .ProducesProblem(400).ProducesProblem(404).ProducesProblem(413).ProducesProblem(415).ProducesProblem(422).ProducesProblem(429)
            .ProducesProblem(503);
        models.MapRouting();
        models.MapInsight();
    }
}
