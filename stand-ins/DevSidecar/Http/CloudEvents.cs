using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace DaprHep.DevSidecar.Http;

/// <summary>A message as journaled: what to deliver, where, with which headers, until when.</summary>
internal sealed record PublishedMessage(string PubSub, string Topic, byte[] Body, bool IsRaw, Dictionary<string, string> Headers,
    DateTimeOffset? Expires, string? TraceParent);

/// <summary>Wraps what was published into a CloudEvents 1.0 envelope, keys in alphabetical order, as the runtime does.</summary>
internal static class CloudEvents
{
    public static PublishedMessage Wrap(
        string pubSub, string topic, string app, byte[] body, string? contentType, IReadOnlyDictionary<string, string> metadata, string? traceParent)
    {
        var headers = metadata.ToDictionary(m => Canonical(m.Key), m => m.Value);
        var now = DateTimeOffset.UtcNow;
        DateTimeOffset? expires = metadata.TryGetValue("ttlInSeconds", out var ttl)
            && int.TryParse(ttl, NumberStyles.None, CultureInfo.InvariantCulture, out var seconds)
            ? now.AddSeconds(seconds)
            : null;
        if (metadata.TryGetValue("rawPayload", out var raw) && raw == "true")
            return new PublishedMessage(pubSub, topic, body, true, headers, expires, traceParent);
        var fields = contentType?.StartsWith("application/cloudevents+json", StringComparison.Ordinal) == true ? Own(body)
            : Data(body, contentType);
        fields.TryAdd("id", Guid.NewGuid().ToString());
        fields.TryAdd("source", app);
        fields.TryAdd("type", "com.dapr.event.sent");
        fields.TryAdd("specversion", "1.0");
        fields.TryAdd("time", Time(now));
        fields["pubsubname"] = pubSub;
        fields["topic"] = topic;
        fields["traceid"] = fields["traceparent"] = traceParent ?? string.Empty;
        fields["tracestate"] = string.Empty;
        if (expires is { } end)
            fields["expiration"] = Time(end);
        foreach (var (name, value) in metadata.Where(m => m.Key.StartsWith("cloudevent.", StringComparison.Ordinal)))
            fields[name["cloudevent.".Length..]] = value;
        return new PublishedMessage(pubSub, topic, Bytes(fields), false, headers, expires, traceParent);
    }

    /// <summary>The envelope of a raw message, for a subscription with <c>rawPayload</c>.</summary>
    public static byte[] WrapRaw(PublishedMessage message) => Bytes(new SortedDictionary<string, JsonNode?>(StringComparer.Ordinal)
    {
        ["data_base64"] = Convert.ToBase64String(message.Body),
        ["datacontenttype"] = "application/octet-stream",
        ["id"] = Guid.NewGuid().ToString(),
        ["pubsubname"] = message.PubSub,
        ["source"] = "Dapr",
        ["specversion"] = "1.0",
        ["time"] = Time(DateTimeOffset.UtcNow),
        ["topic"] = message.Topic,
        ["type"] = "com.dapr.event.sent",
    });

    private static SortedDictionary<string, JsonNode?> Own(byte[] body)
    {
        try
        {
            if (JsonNode.Parse(body) is JsonObject given)
                return new SortedDictionary<string, JsonNode?>(given.ToDictionary(p => p.Key, p => p.Value?.DeepClone()),
                    StringComparer.Ordinal);
        }
        catch (JsonException e)
        {
            throw new HttpFailure(400, "ERR_PUBSUB_CLOUD_EVENTS_SER", $"cannot create cloudevent: {e.Message}");
        }

        throw new HttpFailure(400, "ERR_PUBSUB_CLOUD_EVENTS_SER", "cannot create cloudevent: the body is no JSON object");
    }

    private static SortedDictionary<string, JsonNode?> Data(byte[] body, string? contentType)
    {
        var type = string.IsNullOrEmpty(contentType) ? "text/plain" : contentType;
        var fields = new SortedDictionary<string, JsonNode?>(StringComparer.Ordinal) { ["datacontenttype"] = type };
        var media = type.Split(';')[0].Trim();
        if (media == "application/json" || media.EndsWith("+json", StringComparison.Ordinal))
            fields["data"] = Json(body);
        else if (media.StartsWith("text/", StringComparison.Ordinal))
            fields["data"] = Encoding.UTF8.GetString(body);
        else
            fields["data_base64"] = Convert.ToBase64String(body);
        return fields;
    }

    private static JsonNode? Json(byte[] body)
    {
        try
        {
            return JsonNode.Parse(body);
        }
        catch (JsonException)
        {
            return Encoding.UTF8.GetString(body);
        }
    }

    private static byte[] Bytes(SortedDictionary<string, JsonNode?> fields) => JsonSerializer.SerializeToUtf8Bytes(fields, HttpApi.Json);

    private static string Time(DateTimeOffset time) => time.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);

    // Go writes header names with one capital letter a word.
    private static string Canonical(string name) =>
        string.Join('-', name.Split('-').Select(word => word.Length == 0 ? word
            : char.ToUpperInvariant(word[0]) + word[1..].ToLowerInvariant()));
}
