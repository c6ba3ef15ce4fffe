using DaprHep.Hosting;

namespace DaprHep.Serving.Http;

/// <summary>
/// Lets in whom the configuration names: the sidecar with <c>APP_API_TOKEN</c>, everybody else with <c>Authorization: Bearer</c> and
/// <c>DAPRHEP_API_TOKEN</c>. Where neither is set, everybody; health and metrics are for everybody anyway.
/// </summary>
internal static class CallerToken
{
    /// <summary>The configuration key and environment variable of the callers' token.</summary>
    public const string Variable = "DAPRHEP_API_TOKEN";

    private const string Bearer = "Bearer ";

    /// <summary>Asks for the token before anything else is done.</summary>
    public static void UseCallerToken(this WebApplication app)
    {
        string? callers = app.Configuration[Variable], sidecar = app.Configuration[AppToken.Variable];
        if (string.IsNullOrEmpty(callers) && string.IsNullOrEmpty(sidecar))
            return;
        app.Use((context, next) => !context.Request.Path.StartsWithSegments("/v1") || IsAllowed(context.Request)
            ? next(context)
            : AppToken.Refuse("Authorization (Bearer TOKEN)").ExecuteAsync(context));

        bool IsAllowed(HttpRequest request)
        {
            string header = request.Headers.Authorization.ToString();
            string? given = header.StartsWith(Bearer, StringComparison.Ordinal) ? header[Bearer.Length..] : null;
            return (!string.IsNullOrEmpty(callers) && AppToken.Matches(callers, given))
                || (!string.IsNullOrEmpty(sidecar) && AppToken.Matches(sidecar, request.Headers[AppToken.Header]));
        }
    }
}
