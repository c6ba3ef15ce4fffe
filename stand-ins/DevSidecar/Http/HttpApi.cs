using System.Security.Cryptography;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace DaprHep.DevSidecar.Http;

/// <summary>The HTTP API of one node: token, path, errors. What each building block does is in its own file.</summary>
internal sealed class HttpApi(
    string? apiToken, WorkflowApi workflows, StateApi state, PubSubApi pubSub, InvokeApi invoke, MetadataApi metadata, ILogger logger)
{
    private const string NoTrace = "00-00000000000000000000000000000000-0000000000000000-00";

    /// <summary>JSON as Go writes it: compact, non-ASCII characters as they are.</summary>
    public static readonly JsonSerializerOptions Json = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private readonly byte[]? _apiToken = apiToken is null ? null : Encoding.UTF8.GetBytes(apiToken);

    public async Task HandleAsync(HttpContext context)
    {
        var path = context.Request.Path.Value ?? "/";
        if (HttpMethods.IsGet(context.Request.Method) && path is "/v1.0/healthz" or "/v1.0/healthz/outbound")
        {
            context.Response.StatusCode = StatusCodes.Status204NoContent;
            return;
        }

        if (_apiToken is not null && !CryptographicOperations.FixedTimeEquals(Encoding.UTF8.GetBytes(context.Request.Headers["dapr-api-token"].ToString()), _apiToken))
        {
            context.Response.StatusCode = StatusCodes.Status401Unauthorized;
            context.Response.ContentType = "text/plain; charset=utf-8";
            await context.Response.WriteAsync("invalid api token\n", context.RequestAborted);
            return;
        }

        context.Response.Headers.TraceParent = context.Request.Headers.TraceParent.ToString() is { Length: > 0 } trace ? trace : NoTrace;
        try
        {
            await RouteAsync(context, path);
        }
        catch (HttpFailure e)
        {
            var body = new JsonObject { ["errorCode"] = e.Code, ["message"] = e.Message };
            if (e.Details is not null)
                body["details"] = e.Details.DeepClone();
            await WriteAsync(context, e.Status, body);
        }
        catch (BadHttpRequestException e)
        {
            await WriteAsync(context, e.StatusCode, new JsonObject { ["errorCode"] = "ERR_BODY_READ", ["message"] = e.Message });
        }
        catch (OperationCanceledException) when (context.RequestAborted.IsCancellationRequested)
        {
            logger.LogDebug("The caller of {Path} went away.", path);
        }
    }

    public static async Task WriteAsync(HttpContext context, int status, JsonNode body)
    {
        context.Response.StatusCode = status;
        context.Response.ContentType = "application/json";
        await context.Response.Body.WriteAsync(JsonSerializer.SerializeToUtf8Bytes(body, Json), context.RequestAborted);
    }

    public static async Task<byte[]> BodyAsync(HttpContext context)
    {
        using var body = new MemoryStream();
        await context.Request.Body.CopyToAsync(body, context.RequestAborted);
        return body.ToArray();
    }

    private Task RouteAsync(HttpContext context, string path)
    {
        var method = context.Request.Method;
        if (path.Split('/', StringSplitOptions.RemoveEmptyEntries) is not [var version, .. var parts]
            || version is not ("v1.0" or "v1.0-alpha1" or "v1.0-beta1"))
            return invoke.ByHeaderAsync(context);
        return (parts, method) switch
        {
            (["invoke", ..], _) => invoke.ByPathAsync(context),
            (["workflows", _, .. var rest], _) => workflows.HandleAsync(context, rest),
            (["state", var store, .. var rest], _) => state.HandleAsync(context, store, rest),
            (["publish", "bulk", var name, .. var topic], "POST" or "PUT") =>
                pubSub.PublishBulkAsync(context, name, string.Join('/', topic)),
            (["publish", var name, .. var topic], "POST" or "PUT") => pubSub.PublishAsync(context, name, string.Join('/', topic)),
            (["metadata"], "GET") => metadata.GetAsync(context),
            (["metadata", var key], "PUT") => metadata.PutAsync(context, key),
            (["secrets", ..], _) => throw new HttpFailure(500, "ERR_SECRET_STORES_NOT_CONFIGURED", "secret store is not configured"),
            (["configuration", ..], _) => throw new HttpFailure(500, "ERR_CONFIGURATION_STORE_NOT_CONFIGURED",
                "configuration stores not configured"),
            (["bindings", var binding], _) =>
                throw new HttpFailure(500, "ERR_INVOKE_OUTPUT_BINDING",
                    $"error invoking output binding {binding}: couldn't find output binding {binding}"),
            _ => throw HttpFailure.UnknownPath,
        };
    }
}
