using System.Net;
using System.Text.Json;
using DaprHep.Data.Events;
using DaprHep.Data.Objects;
using DaprHep.Hosting;
using DaprHep.Hosting.Contracts;
using DaprHep.Root;

namespace DaprHep.Ingest;

/// <summary>
/// What the sidecar calls: messages of topic <c>object-created</c>, each <c>{"url": …, "class": …, "store": …}</c> with <c>physics</c> and
/// <c>compress</c> where they are not the usual, or a bucket's own notification (<c>{"Records": [{"eventName": "ObjectCreated:Put", "s3": …}]}</c>,
/// as AWS and MinIO send it), whose files' class is the folder of that name in their key, and whose store is <c>DAPRHEP_STORE</c>. A file is
/// converted before the message is acknowledged; one that comes twice does nothing.
/// </summary>
internal static class ObjectCreatedEndpoint
{
    private const string Topic = "object-created";
    private const string Route = "/object-created";
    private const string StoreVariable = "DAPRHEP_STORE";

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
                foreach (Message? message in MessagesIn(envelope.RootElement.GetProperty("data"), app.Configuration[StoreVariable]))
                {
                    FileConversionResult result = await Check(message).RunAsync(ObjectStore.Open(message!.Store!), cancellation);
                    logger.LogInformation(
                        "{Url}: {Selected} of {Read} events selected, {Converted} datasets made",
                        ByteSources.NameOf(message.Url!),
                        result.Selected,
                        result.Read,
                        result.Converted);
                }
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

    private static List<Message?> MessagesIn(JsonElement data, string? store)
    {
        if (!data.TryGetProperty("Records", out JsonElement records))
            return [data.Deserialize<Message>(JsonSerializerOptions.Web)];
        var messages = new List<Message?>();
        foreach (JsonElement record in records.EnumerateArray())
        {
            bool isNew = record.GetProperty("eventName").GetString()!.Replace("s3:", "", StringComparison.Ordinal)
                .StartsWith("ObjectCreated:", StringComparison.Ordinal);
            JsonElement place = record.GetProperty("s3");
            // Form-encoded, as AWS and MinIO do it: a blank is a plus sign.
            string key = WebUtility.UrlDecode(place.GetProperty("object").GetProperty("key").GetString()!);
            if (!isNew || !key.EndsWith(".root", StringComparison.Ordinal))
                continue;
            string url = $"s3://{place.GetProperty("bucket").GetProperty("name").GetString()}/{key}";
            string name = key.Split('/')[..^1].LastOrDefault(EventClasses.Names.Contains)
                ?? throw new BadInputException($"{url}: expected a key with a folder {string.Join(", ", EventClasses.Names)}, which says its class");
            if (string.IsNullOrEmpty(store))
                throw new BadInputException($"{url}: set {StoreVariable} for the notifications of buckets, which do not name a store");
            messages.Add(new Message(url, name, store, null, null));
        }
        return messages;
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
