namespace DaprHep.Serving.Http;

/// <summary>
/// Says more where the web server itself refuses a request, before any route has seen it, and gives nothing but a status.
/// </summary>
internal static class RouteHints
{
    private const string Routes = "GET /openapi/v1.json lists all routes";

    /// <summary>Adds the detail that is missing.</summary>
    public static void Add(ProblemDetailsContext context)
    {
        if (context.ProblemDetails.Detail is not { Length: > 0 })
            context.ProblemDetails.Detail = HintFor(context.HttpContext.Request, context.ProblemDetails.Status);
    }

    private static string? HintFor(HttpRequest request, int? status) => status switch
    {
        StatusCodes.Status400BadRequest => $"the request can't be read; {Routes} and what they take",
        StatusCodes.Status404NotFound => $"there is nothing at {request.Path.Value}; GET /v1/models lists what is served, {Routes}",
        StatusCodes.Status405MethodNotAllowed => $"{request.Path.Value} does not take {request.Method}; {Routes}",
        StatusCodes.Status415UnsupportedMediaType => $"the content type is '{request.ContentType}'; expected {TypesOf(request.Path)}",
        _ => null,
    };

    private static string TypesOf(PathString path) => path.Value?.EndsWith("/predict", StringComparison.OrdinalIgnoreCase) == true
        ? PredictEndpoint.KnownTypes
        : PredictEndpoint.Json;
}
