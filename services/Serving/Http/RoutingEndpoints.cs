using DaprHep.Data.Objects;
using DaprHep.Serving.Catalogue;
using DaprHep.Serving.Models;

namespace DaprHep.Serving.Http;

/// <summary>The body of <c>promote</c> and <c>shadow</c>.</summary>
/// <param name="Version">The version, for instance <c>v3</c>.</param>
internal sealed record VersionChoice(string Version);

/// <summary>Routes that change which version answers. Each change is one revision of the catalogue, which all replicas follow.</summary>
internal static class RoutingEndpoints
{
    /// <summary>Maps them.</summary>
    public static void MapRouting(this RouteGroupBuilder models)
    {
        Map("POST", "/{name}/rollback", "Lets the version answer again that was served before.", (string name, HttpContext context) =>
            ChangeAsync(name, context, model =>
                model.RollBack() ?? throw Conflict($"no version of {name} was served before {model.Serving}")));
        Map("POST", "/{name}/promote", "Lets a version answer, without a gate.", (string name, VersionChoice body, HttpContext context) =>
            ChangeAsync(name, context, model => model.Serve(Known(model, body.Version).Version)));
        Map("PUT", "/{name}/canary", "Lets a version answer for a percentage of the events, by the hash of their ids.",
            (string name, CanaryRoute body, HttpContext context) => ChangeAsync(name, context, model => body.Percent is > 0 and <= 100
                ? model with { Canary = body with { Version = Beside(model, body.Version).Version } }
                : throw new RequestProblem(422, "$.percent", $"expected a number above 0 and up to 100, found {body.Percent}")));
        Map("DELETE", "/{name}/canary", "Ends the canary.", (string name, HttpContext context) =>
            ChangeAsync(name, context, model => model with { Canary = null }));
        Map("PUT", "/{name}/shadow", "Lets a version judge all events, too; its answers are only compared.",
            (string name, VersionChoice body, HttpContext context) =>
                ChangeAsync(name, context, model => model with { Shadow = Beside(model, body.Version).Version }));
        Map("DELETE", "/{name}/shadow", "Ends the shadow.", (string name, HttpContext context) =>
            ChangeAsync(name, context, model => model with { Shadow = null }));

        void Map(string method, string route, string summary, Delegate handler) => models.MapMethods(route, [method], handler)
            .WithSummary(summary).Produces<ModelDocument>()
            .ProducesProblem(404).ProducesProblem(409).ProducesProblem(422).ProducesProblem(StatusCodes.Status502BadGateway);
    }

    private static async Task<IResult> ChangeAsync(string name, HttpContext context, Func<ServedModel, ServedModel> change)
    {
        try
        {
            CatalogueStore store = context.RequestServices.GetService<CatalogueStore>()
                ?? throw Conflict("one folder is served here and nothing else; versions are those of a service with a store");
            await CheckAsync(store, name, change, context.RequestAborted);
            await store.UpdateAsync(
                catalogue =>
                {
                    ServedModel model = catalogue.Find(name) ?? throw PredictEndpoint.Unknown(name);
                    ServedModel changed = change(model);
                    return changed == model ? null : catalogue.With(changed);
                },
                context.RequestAborted);
            await context.RequestServices.GetRequiredService<CatalogueFollower>().LookAsync(context.RequestAborted);
            LoadedModel served = context.RequestServices.GetRequiredService<ModelHost>().Find(name) ?? throw PredictEndpoint.Unknown(name);
            return Results.Ok(ModelDocument.Of(served));
        }
        catch (RequestProblem problem)
        {
            return problem.ToResult();
        }
        catch (ObjectStoreException e)
        {
            return Results.Problem(
                statusCode: StatusCodes.Status502BadGateway, title: "The object store does not answer as expected.", detail: e.Message);
        }
    }

    // What can't be loaded is refused here, where somebody is told so; once in the catalogue, it would show when a replica starts.
    private static async Task CheckAsync(
        CatalogueStore store, string name, Func<ServedModel, ServedModel> change, CancellationToken cancellation)
    {
        ServedModel model = (await store.ReadAsync(cancellation)).Find(name) ?? throw PredictEndpoint.Unknown(name);
        ServedModel changed = change(model);
        (string? Before, string? After)[] places =
            [(model.Serving, changed.Serving), (model.Canary?.Version, changed.Canary?.Version), (model.Shadow, changed.Shadow)];
        foreach ((string? before, string? after) in places)
        {
            if (after == before || changed.Find(after) is not { } version)
                continue;
            try
            {
                await VersionLoading.LoadAsync(store.Objects, version, cancellation);
            }
            catch (UnservableVersionException e)
            {
                throw Conflict(e.Message);
            }
        }
    }

    private static ModelVersion Known(ServedModel model, string? version) => model.Find(version) ?? throw new RequestProblem(
        StatusCodes.Status422UnprocessableEntity, "$.version",
        $"expected one of {string.Join(", ", model.Versions.Select(kept => kept.Version))}, found '{version}'");

    // A version beside the one that is served gets the events that are sent for that one.
    private static ModelVersion Beside(ServedModel model, string? name)
    {
        ModelVersion version = Known(model, name);
        if (version.Version == model.Serving)
            throw Conflict($"{name} is served already");
        string? missed = model.Find(model.Serving) is { } served ? version.Input.Misses(served.Input) : null;
        return missed is null ? version : throw Conflict($"{name} can't judge the events that are sent for {model.Serving}: {missed}");
    }

    private static RequestProblem Conflict(string problem) => new(StatusCodes.Status409Conflict, "", problem);
}
