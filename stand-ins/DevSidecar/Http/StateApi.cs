using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using DaprHep.DevSidecar.Journal;

namespace DaprHep.DevSidecar.Http;

/// <summary>State over HTTP: get, save, delete, bulk get, transactions, etags, time to live.</summary>
internal sealed class StateApi(StateTable table, string app, string storeName, string keyPrefix)
{
    private readonly string _owner = keyPrefix switch
    {
        "appid" => app,
        "name" => storeName,
        _ => throw new ArgumentException($"The state keys' prefix is '{keyPrefix}'; expected appid or name.", nameof(keyPrefix)),
    };

    public Task HandleAsync(HttpContext context, string store, string[] path)
    {
        if (store != storeName)
        {
            throw new HttpFailure(400, "ERR_STATE_STORE_NOT_FOUND", $"state store {store} is not found",
                [HttpFailure.Reason("DAPR_STATE_NOT_FOUND", new JsonObject { ["appID"] = app })]);
        }

        return (context.Request.Method, path) switch
        {
            ("POST" or "PUT", []) => SaveAsync(context),
            ("POST" or "PUT", ["bulk"]) => BulkAsync(context),
            ("POST" or "PUT", ["transaction"]) => TransactAsync(context),
            ("POST" or "PUT", ["query"]) =>
                throw new HttpFailure(500, "ERR_STATE_STORE_NOT_SUPPORTED", "state store does not support querying",
                [Resource(), HttpFailure.Reason("DAPR_STATE_QUERYING_NOT_SUPPORTED", null)]),
            ("GET", [_, ..]) => GetAsync(context, KeyOf(path)),
            ("DELETE", [_, ..]) => DeleteAsync(context, KeyOf(path)),
            _ => throw HttpFailure.UnknownPath,
        };
    }

    // The server leaves an escaped slash escaped.
    private static string KeyOf(string[] path) => string.Join('/', path).Replace("%2F", "/", StringComparison.OrdinalIgnoreCase);

    private async Task GetAsync(HttpContext context, string key)
    {
        CheckKey(key);
        if (table.Find(_owner, storeName, key) is not { } value)
        {
            context.Response.StatusCode = 204;
            return;
        }

        context.Response.Headers.ETag = value.Etag;
        context.Response.ContentType = "application/json";
        await context.Response.Body.WriteAsync(value.Json, context.RequestAborted);
    }

    private async Task SaveAsync(HttpContext context)
    {
        using var body = await ParseAsync(context);
        if (body.RootElement.ValueKind != JsonValueKind.Array)
            throw HttpFailure.Malformed("the body must be a JSON list of {key, value}");
        var writes = body.RootElement.EnumerateArray().Select(item => Upsert(item, null)).ToList();
        try
        {
            await table.WriteAsync(_owner, storeName, writes);
        }
        catch (EtagMismatchException e)
        {
            throw new HttpFailure(409, "ERR_STATE_SAVE", $"failed saving state in state store {storeName}: {e.Message}");
        }

        context.Response.StatusCode = 204;
    }

    private async Task DeleteAsync(HttpContext context, string key)
    {
        CheckKey(key);
        try
        {
            await table.WriteAsync(_owner, storeName, [new StateWrite(key, null, context.Request.Headers.IfMatch, false, null)]);
        }
        catch (EtagMismatchException e)
        {
            throw new HttpFailure(409, "ERR_STATE_DELETE", $"failed deleting state with key {key}: {e.Message}");
        }

        context.Response.StatusCode = 204;
    }

    private async Task BulkAsync(HttpContext context)
    {
        using var body = await ParseAsync(context);
        if (!body.RootElement.TryGetProperty("keys", out var keys) || keys.ValueKind != JsonValueKind.Array)
            throw HttpFailure.Malformed("\"keys\" is a required field");
        var answer = new JsonArray();
        foreach (var key in keys.EnumerateArray().Select(k => k.ToString()))
        {
            CheckKey(key);
            var item = new JsonObject { ["key"] = key };
            if (table.Find(_owner, storeName, key) is { } value)
            {
                item["data"] = JsonNode.Parse(value.Json);
                item["etag"] = value.Etag;
            }

            answer.Add(item);
        }

        await HttpApi.WriteAsync(context, 200, answer);
    }

    private async Task TransactAsync(HttpContext context)
    {
        using var body = await ParseAsync(context);
        if (!body.RootElement.TryGetProperty("operations", out var operations) || operations.ValueKind != JsonValueKind.Array)
            throw HttpFailure.Malformed("\"operations\" is a required field");
        body.RootElement.TryGetProperty("metadata", out var metadata);
        var writes = new List<StateWrite>();
        foreach (var operation in operations.EnumerateArray())
        {
            var kind = operation.TryGetProperty("operation", out var name) ? name.ToString() : string.Empty;
            if (!operation.TryGetProperty("request", out var request))
                throw HttpFailure.Malformed("\"request\" is a required field");
            writes.Add(kind switch
            {
                "upsert" => Upsert(request, metadata),
                "delete" => Upsert(request, metadata) with { Json = null },
                _ => throw new HttpFailure(400, "ERR_NOT_SUPPORTED_STATE_OPERATION", $"operation type {kind} not supported"),
            });
        }

        try
        {
            await table.WriteAsync(_owner, storeName, writes);
        }
        catch (EtagMismatchException e)
        {
            throw new HttpFailure(500, "ERR_STATE_TRANSACTION", $"error while executing state transaction: {e.Message}");
        }

        context.Response.StatusCode = 204;
    }

    private StateWrite Upsert(JsonElement item, JsonElement? metadata)
    {
        if (item.ValueKind != JsonValueKind.Object || !item.TryGetProperty("key", out var key) || key.ToString().Length == 0)
            throw HttpFailure.Malformed("\"key\" is a required field");
        CheckKey(key.ToString());
        var value = item.TryGetProperty("value", out var v) ? JsonSerializer.SerializeToUtf8Bytes(v, HttpApi.Json) : "null"u8.ToArray();
        var etag = item.TryGetProperty("etag", out var e) && e.ValueKind == JsonValueKind.String ? e.GetString() : null;
        var firstWrite = item.TryGetProperty("options", out var options) && options.ValueKind == JsonValueKind.Object
            && options.TryGetProperty("concurrency", out var concurrency) && concurrency.ToString() == "first-write";
        var expires = TimeToLive(item.TryGetProperty("metadata", out var own) ? own : metadata);
        return new StateWrite(key.ToString(), value, etag, firstWrite, expires);
    }

    private static DateTimeOffset? TimeToLive(JsonElement? metadata)
    {
        if (metadata is not { ValueKind: JsonValueKind.Object } fields || !fields.TryGetProperty("ttlInSeconds", out var ttl))
            return null;
        return int.TryParse(ttl.ToString(), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var seconds)
            ? seconds > 0 ? DateTimeOffset.UtcNow.AddSeconds(seconds) : null
            : throw HttpFailure.Malformed($"ttlInSeconds is '{ttl}'; expected whole seconds");
    }

    private void CheckKey(string key)
    {
        if (!key.Contains("||", StringComparison.Ordinal))
            return;
        var text = $"api error: code = InvalidArgument desc = input key/keyPrefix '{key}' can't contain '||'";
        var violation = new JsonObject
        {
            ["@type"] = "type.googleapis.com/google.rpc.BadRequest",
            ["field_violations"] = new JsonArray(new JsonObject { ["field"] = key, ["description"] = text }),
        };
        throw new HttpFailure(400, "ERR_MALFORMED_REQUEST", text,
            [violation, Resource(), HttpFailure.Reason("DAPR_STATE_ILLEGAL_KEY", null)]);
    }

    private JsonObject Resource() => new()
    {
        ["@type"] = "type.googleapis.com/google.rpc.ResourceInfo",
        ["description"] = "",
        ["owner"] = "",
        ["resource_name"] = storeName,
        ["resource_type"] = "state",
    };

    private static async Task<JsonDocument> ParseAsync(HttpContext context)
    {
        try
        {
            return await JsonDocument.ParseAsync(context.Request.Body, default, context.RequestAborted);
        }
        catch (JsonException e)
        {
            throw HttpFailure.Malformed(e.Message);
        }
    }
}
