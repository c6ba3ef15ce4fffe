using System.Text.Json;
using System.Text.Json.Nodes;

namespace Dapr.Client;

/// <summary>State requests and errors in the HTTP API's JSON.</summary>
internal static class StateJson
{
    public static JsonObject Item(string key, JsonNode? value, string? etag, StateOptions? options, IReadOnlyDictionary<string,
        string>? metadata)
    {
        var item = new JsonObject { ["key"] = key, ["value"] = value };
        if (!string.IsNullOrEmpty(etag))
            item["etag"] = etag;
        if (Options(options) is { Count: > 0 } chosen)
            item["options"] = chosen;
        if (metadata is { Count: > 0 })
            item["metadata"] = Map(metadata);
        return item;
    }

    public static JsonObject Options(StateOptions? options)
    {
        var json = new JsonObject();
        if (options?.Concurrency is { } concurrency)
            json["concurrency"] = concurrency == ConcurrencyMode.FirstWrite ? "first-write" : "last-write";
        if (options?.Consistency is { } consistency)
            json["consistency"] = consistency == ConsistencyMode.Strong ? "strong" : "eventual";
        return json;
    }

    public static JsonObject Map(IReadOnlyDictionary<string, string> metadata) =>
        new(metadata.Select(m => KeyValuePair.Create(m.Key, (JsonNode?)m.Value)));

    /// <summary>Code and text of an error answer; the body itself when it is no JSON.</summary>
    public static (string? Code, string Message) Error(string body)
    {
        try
        {
            using var json = JsonDocument.Parse(body);
            if (json.RootElement.ValueKind == JsonValueKind.Object)
            {
                return (
                    json.RootElement.TryGetProperty("errorCode", out var code) ? code.ToString() : null,
                    json.RootElement.TryGetProperty("message", out var message) ? message.ToString() : body);
            }
        }
        catch (JsonException)
        {
            // Not every refusal is JSON: a wrong token is answered in plain text.
        }

        return (null, body.Trim());
    }
}
