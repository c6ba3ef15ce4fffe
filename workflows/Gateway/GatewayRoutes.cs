using Dapr;
using DaprHep.Data.Objects;
using DaprHep.Gateway.Dashboard;
using DaprHep.Hosting;
using Grpc.Core;

namespace DaprHep.Gateway;

/// <summary>What all routes of the gateway's API share: the token, and answers where sidecar or store are in trouble.</summary>
internal static class GatewayRoutes
{
    /// <summary>Routes below a prefix, for callers that may.</summary>
    public static RouteGroupBuilder MapGuarded(this WebApplication app, string prefix, string tag)
    {
        DashboardSession session = app.Services.GetRequiredService<DashboardSession>();
        RouteGroupBuilder routes = app.MapGroup(prefix).WithTags(tag).RequireRateLimiting(RunRateLimit.Policy);
        routes.AddEndpointFilter(async (context, next) => session.Allows(context.HttpContext.Request)
            ? await GuardAsync(() => next(context))
            : AppToken.Refuse("Authorization (Bearer TOKEN)"));
        return routes;
    }

    /// <summary>Says that there is no run of a name.</summary>
    public static IResult UnknownRun(string run) => Results.Problem(
        statusCode: StatusCodes.Status404NotFound, title: "No such run.", detail: $"there is no run '{run}'; GET /runs lists them");

    /// <summary>Says that a run is not in a state to do what was asked.</summary>
    public static IResult Conflict(string detail) => Results.Problem(
        statusCode: StatusCodes.Status409Conflict, title: "The run's state does not allow it.", detail: detail);

    // The sidecar's absence and a store's trouble are answers, not crashes.
    private static async ValueTask<object?> GuardAsync(Func<ValueTask<object?>> next)
    {
        try
        {
            return await next();
        }
        catch (RpcException e) when (e.StatusCode == StatusCode.Unauthenticated)
        {
            return Results.Problem(
                statusCode: StatusCodes.Status503ServiceUnavailable,
                title: "The sidecar refuses the gateway's token.",
                detail: "set DAPR_API_TOKEN of the gateway to the sidecar's, and start it again");
        }
        catch (RpcException e)
        {
            return Results.Problem(
                statusCode: StatusCodes.Status503ServiceUnavailable,
                title: "The sidecar does not answer.",
                detail: $"{e.StatusCode}: {e.Status.Detail}");
        }
        catch (DaprException e)
        {
            return Results.Problem(
                statusCode: StatusCodes.Status503ServiceUnavailable, title: "The sidecar does not answer.", detail: e.Message);
        }
        catch (ObjectStoreException e)
        {
            return Results.Problem(
                statusCode: StatusCodes.Status502BadGateway, title: "The object store does not answer as expected.", detail: e.Message);
        }
    }
}
