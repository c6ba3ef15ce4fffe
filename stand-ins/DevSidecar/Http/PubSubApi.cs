using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace DaprHep.DevSidecar.Http;

/// <summary>Publishing over HTTP: a message is accepted once it is journaled for every app that may want it.</summary>
internal sealed class PubSubApi(Deliveries deliveries, string app, string pubSubName)
{
    public async Task PublishAsync(HttpContext context, string pubSub, string topic)
    {
        Check(pubSub, topic);
        var body = await HttpApi.BodyAsync(context);
        await PublishAsync(context, topic, body, context.Request.ContentType);
        context.Response.StatusCode = 204;
    }

    public async Task PublishBulkAsync(HttpContext context, string pubSub, string topic)
    {
        Check(pubSub, topic);
        JsonDocument body;
        try
        {
            body = await JsonDocument.ParseAsync(context.Request.Body, default, context.RequestAborted);
        }
        catch (JsonException e)
        {
            throw HttpFailure.Malformed(e.Message);
        }

        using (body)
        {
            if (body.RootElement.ValueKind != JsonValueKind.Array)
                throw HttpFailure.Malformed("the body must be a JSON list of {entryId, event, contentType}");
            foreach (var entry in body.RootElement.EnumerateArray())
            {
                if (entry.ValueKind != JsonValueKind.Object || !entry.TryGetProperty("event", out var e)
                    || !entry.TryGetProperty("contentType", out var type))
                    throw HttpFailure.Malformed("an entry lacks \"event\" or \"contentType\"");
                var data = e.ValueKind == JsonValueKind.String ? Encoding.UTF8.GetBytes(e.GetString()!)
                    : JsonSerializer.SerializeToUtf8Bytes(e, HttpApi.Json);
                await PublishAsync(context, topic, data, type.ToString());
            }
        }

        context.Response.StatusCode = 204;
    }

    private Task PublishAsync(HttpContext context, string topic, byte[] body, string? contentType)
    {
        var metadata = context.Request.Query.Where(q => q.Key.StartsWith("metadata.", StringComparison.Ordinal))
            .ToDictionary(q => q.Key["metadata.".Length..], q => q.Value.ToString());
        var trace = context.Request.Headers.TraceParent.ToString() is { Length: > 0 } t ? t : null;
        return deliveries.PublishAsync(CloudEvents.Wrap(pubSubName, topic, app, body, contentType, metadata, trace));
    }

    private void Check(string pubSub, string topic)
    {
        if (pubSub != pubSubName)
        {
            throw new HttpFailure(404, "ERR_PUBSUB_NOT_FOUND", $"pubsub {pubSub} is not found",
                [HttpFailure.Reason("DAPR_PUBSUB_NOT_FOUND", new JsonObject())]);
        }

        if (topic.Length == 0)
            throw new HttpFailure(404, "ERR_TOPIC_NAME_EMPTY", $"topic is empty in pubsub {pubSub}");
    }
}
