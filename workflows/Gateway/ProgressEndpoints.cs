using System.Text.Json;
using DaprHep.Hosting;
using DaprHep.Hosting.Contracts;

namespace DaprHep.Gateway;

/// <summary>What the sidecar calls: the list of subscriptions, and the messages of topic <c>progress</c>.</summary>
internal static class ProgressEndpoints
{
    private const string Route = "/progress";

    public static void MapProgress(this WebApplication app)
    {
        string? token = app.Configuration[AppToken.Variable];
        RouteGroupBuilder sidecar = app.MapGroup("").ExcludeFromDescription();
        sidecar.AddEndpointFilter(async (context, next) => AppToken.Matches(token, context.HttpContext.Request.Headers[AppToken.Header])
            ? await next(context)
            : AppToken.Refuse(AppToken.Header));
        sidecar.MapGet("/dapr/subscribe", () => new[]
        {
            new { pubsubname = ProgressMessage.PubSub, topic = ProgressMessage.Topic, route = Route },
        });
        sidecar.MapPost(Route, async (HttpRequest request, ProgressBoard board) =>
        {
            try
            {
                using JsonDocument envelope = await JsonDocument.ParseAsync(request.Body, default, request.HttpContext.RequestAborted);
                ProgressMessage? data = envelope.RootElement.GetProperty("data").Deserialize<ProgressMessage>(JsonSerializerOptions.Web);
                if (data is { Run: not null, Step: not null, Source: not null } message)
                    board.Take(message);
                return Results.Ok(new { status = "SUCCESS" });
            }
            catch (Exception e) when (e is JsonException or KeyNotFoundException or InvalidOperationException)
            {
                return Results.Ok(new { status = "DROP" });
            }
        });
    }
}
