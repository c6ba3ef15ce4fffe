using DaprHep.Data.Events;
using DaprHep.Hosting;
using DaprHep.Learning.Models;

namespace DaprHep.Gateway.Dashboard;

/// <summary>
/// The dashboard's pages, which have no data in them and are for everybody, and what they ask beside the gateway's other routes: whether a
/// token is needed, and what a run may be asked for.
/// </summary>
internal static class DashboardEndpoints
{
    private const string Root = "/dashboard";

    // Everything is the page's own: no inline script or style, nothing from elsewhere, no frame around it.
    private const string Policy =
        "default-src 'self'; img-src 'self' data:; object-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

    public static void MapDashboard(this WebApplication app)
    {
        RouteGroupBuilder dashboard = app.MapGroup("").ExcludeFromDescription();
        dashboard.MapGet("/", () => Results.Redirect($"{Root}/"));
        dashboard.MapGet($"{Root}/{{**name}}", Page);
        dashboard.MapGet($"{Root}/session", (HttpRequest request, DashboardSession session) =>
            Results.Ok(new { needed = session.IsTokenNeeded, allowed = session.Allows(request) }));
        dashboard.MapPost($"{Root}/session", (HttpContext context, DashboardSession session) =>
        {
            if (!session.BringsToken(context.Request))
                return AppToken.Refuse("Authorization (Bearer TOKEN)");
            session.SignIn(context);
            return Results.NoContent();
        });
        dashboard.MapDelete($"{Root}/session", (HttpContext context) =>
        {
            DashboardSession.SignOut(context);
            return Results.NoContent();
        });
        dashboard.MapGet($"{Root}/choices", (HttpRequest request, DashboardSession session) => session.Allows(request)
            ? Results.Ok(new { models = ModelRegistry.Names, classes = EventClasses.Names, samples = SamplesBeside() })
            : AppToken.Refuse("Authorization (Bearer TOKEN)"));
    }

    private static IResult Page(string? name, HttpContext context)
    {
        if (name is null && !context.Request.Path.Value!.EndsWith('/'))
            return Results.Redirect($"{Root}/");
        if (DashboardFiles.Find(name) is not { } file)
            return Results.Problem(statusCode: StatusCodes.Status404NotFound, title: "No such page.", detail: $"the dashboard has no '{name}'");
        IHeaderDictionary headers = context.Response.Headers;
        headers.ContentSecurityPolicy = Policy;
        headers.XContentTypeOptions = "nosniff";
        headers["Referrer-Policy"] = "same-origin";
        headers.CacheControl = "no-cache";
        // Kept by a browser, and asked for anew only where the tag has changed: a page never meets modules of another version.
        return Results.Bytes(file.Content, file.Type, entityTag: file.Tag);
    }

    // Where the gateway was started beside the samples, a first run needs no typing.
    private static string? SamplesBeside()
    {
        string folder = Path.GetFullPath("samples");
        return EventClasses.Names.All(name => Directory.Exists(Path.Combine(folder, name))) ? folder : null;
    }
}
