using System.Text.Json.Nodes;

namespace DaprHep.DevSidecar.Http;

/// <summary>An error of the HTTP API: status, Dapr's error code, text, and details where the runtime gives some.</summary>
internal sealed class HttpFailure(int status, string code, string message, JsonArray? details = null) : Exception(message)
{
    public int Status { get; } = status;

    public string Code { get; } = code;

    public JsonArray? Details { get; } = details;

    public static HttpFailure UnknownPath { get; } =
        new(404, "ERR_DIRECT_INVOKE", "failed getting app id either from the URL path or the header dapr-app-id");

    public static HttpFailure Malformed(string message) => new(400, "ERR_MALFORMED_REQUEST", message);

    /// <summary>The detail entry that carries a reason.</summary>
    public static JsonObject Reason(string reason, JsonObject? metadata) => new()
    {
        ["@type"] = "type.googleapis.com/google.rpc.ErrorInfo",
        ["domain"] = "dapr.io",
        ["metadata"] = metadata,
        ["reason"] = reason,
    };
}
