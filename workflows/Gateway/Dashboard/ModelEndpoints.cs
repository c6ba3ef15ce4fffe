using System.Net.Http.Headers;
using Dapr.Client;
using DaprHep.Hosting.Contracts;
using Microsoft.AspNetCore.Http.Features;

namespace DaprHep.Gateway.Dashboard;

/// <summary>
/// The models that are served, as the service <c>serving</c> tells of them and is told which version answers: its routes, by service
/// invocation, so that one address and one token do for all.
/// </summary>
internal static class ModelEndpoints
{
    private const string TokenVariable = "DAPRHEP_API_TOKEN";
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(30);

    public static void MapModels(this WebApplication app)
    {
        RouteGroupBuilder models = app.MapGuarded("/models", "models");
        Map("GET", "", "What is served.");
        Map("GET", "/{name}", "What is served under a name: versions, promotions, metrics, lineage.");
        Map("GET", "/{name}/drift", "How far the last events are from those of the training.");
        Map("POST", "/{name}/explain", "What one event's probabilities rest on.");
        Map("POST", "/{name}/promote", "Lets a version answer, without a gate.");
        Map("POST", "/{name}/rollback", "Lets the version answer again that was served before.");
        Map("PUT", "/{name}/canary", "Lets a version answer for a percentage of the events.");
        Map("DELETE", "/{name}/canary", "Ends the canary.");
        Map("PUT", "/{name}/shadow", "Lets a version judge all events, too.");
        Map("DELETE", "/{name}/shadow", "Ends the shadow.");

        void Map(string method, string route, string summary) => models.MapMethods(route, [method], AskAsync)
            .WithSummary($"{summary} By the service serving, with its answers.").ProducesProblem(StatusCodes.Status503ServiceUnavailable);
    }

    private static async Task AskAsync(HttpContext context, DaprClient dapr, IConfiguration configuration)
    {
        HttpRequest asked = context.Request;
        string path = $"v1{asked.Path}";
        using HttpRequestMessage request = dapr.CreateInvokeMethodRequest(new HttpMethod(asked.Method), Apps.Serving, path);
        if (configuration[TokenVariable] is { Length: > 0 } token)
            request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token);
        // A client that sends in chunks does not say how long its content is.
        if (context.Features.Get<IHttpRequestBodyDetectionFeature>() is { CanHaveBody: true })
        {
            request.Content = new StreamContent(asked.Body);
            request.Content.Headers.ContentLength = asked.ContentLength;
            request.Content.Headers.TryAddWithoutValidation("Content-Type", asked.ContentType);
        }
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted);
        limit.CancelAfter(Limit);
        using HttpResponseMessage answer = await dapr.InvokeMethodWithResponseAsync(request, limit.Token);
        context.Response.StatusCode = (int)answer.StatusCode;
        context.Response.ContentType = answer.Content.Headers.ContentType?.ToString();
        await answer.Content.CopyToAsync(context.Response.Body, limit.Token);
    }
}
