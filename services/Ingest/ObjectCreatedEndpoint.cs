using System.Text.Json;
using DaprHep.Data.Events;
using DaprHep.Data.Objects;
using DaprHep.Hosting;
using DaprHep.Hosting.Contracts;

namespace DaprHep.Ingest;

/// <summary>
/// What the sidecar calls: messages of topic <c>object-created</c>, each <c>{"url": …, "class": …, "store": …}</c> with <c>physics</c> and
/// <c>compress</c> where they are not the usual. The file is converted before the message is acknowledged; one that comes twice does nothing.
/// </summary>
internal static class ObjectCreatedEndpoint
{
    private const string Topic = "object-created";
    private const string Route = "/object-created";

    private sealed record Message(string? Url, string? Class, string? Store, string? Physics, string? Compress);

    public static void MapObjectCreated(this WebApplication app)
    {
        ILogger logger = app.Services.GetRequiredService<ILoggerFactory>().CreateLogger(typeof(ObjectCreatedEndpoint));
        app.MapGet(
            "/dapr/subscribe", () => Results.Json(new[] { new { pubsubname = ProgressMessage.PubSub, topic = Topic, route = Route } }));
        app.MapPost(Route, async (HttpRequest request) =>
        {
            CancellationToken cancellation = request.HttpContext.RequestAborted;
            try
            {
                using JsonDocument envelope = await JsonDocument.ParseAsync(request.Body, default, cancellation);
                Message? message = envelope.RootElement.GetProperty("data").Deserialize<Message>(JsonSerializerOptions.Web);
                FileConversionResult result = await Check(message).RunAsync(ObjectStore.Open(message!.Store!), cancellation);
                logger.LogInformation(
                    "{Url}: {Selected} of {Read} events selected, {Converted} datasets made",
                    message.Url,
                    result.Selected,
                    result.Read,
                    result.Converted);
                return Results.Json(new { status = "SUCCESS" });
            }
            catch (Exception e) when (e is JsonException or KeyNotFoundException or InvalidOperationException)
            {
                logger.LogWarning("A message of topic {Topic} is not understood and dropped: {Reason}", Topic, e.Message);
                return Results.Json(new { status = "DROP" });
            }
            catch (BadInputException e) when (e.InnerException is null || RootInput.IsBadFile(e))
            {
                logger.LogWarning("A message of topic {Topic} is dropped: {Reason}", Topic, e.Message);
                return Results.Json(new { status = "DROP" });
            }
            catch (Exception e) when (e is BadInputException or ObjectStoreException)
            {
                logger.LogWarning("A message of topic {Topic} is to come again: {Reason}", Topic, e.Message);
                return Results.Json(new { status = "RETRY" });
            }
        });
    }

    private static FileConversion Check(Message? message)
    {
        int label = EventClasses.LabelOf(message?.Class ?? "");
        string physics = message?.Physics ?? "standard";
        if (message is not { Url.Length: > 0, Store.Length: > 0 })
            throw new BadInputException("expected $.data.url and $.data.store");
        if (label < 0)
            throw new BadInputException($"$.data.class: expected {string.Join(", ", EventClasses.Names)}, found '{message.Class}'");
        if (physics is not ("standard" or "cern2019"))
            throw new BadInputException($"$.data.physics: expected standard or cern2019, found '{physics}'");
        return message.Compress is null || EventCompression.Names.Contains(message.Compress)
            ? new FileConversion(message.Url, label, physics, message.Compress)
            : throw new BadInputException($"$.data.compress: expected {string.Join(" or ", EventCompression.Names)}, found '{message.Compress}'");
    }
}
