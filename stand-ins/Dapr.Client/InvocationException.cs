namespace Dapr.Client;

/// <summary>A service invocation failed: the app could not be reached, or answered with an error status.</summary>
public class InvocationException(string appId, string methodName, Exception? innerException, HttpResponseMessage? response)
    : DaprException($"An exception occurred while invoking method: '{methodName}' on app-id: '{appId}'", innerException)
{
    /// <summary>The app.</summary>
    public string AppId { get; } = appId ?? "unknown";

    /// <summary>The method.</summary>
    public string MethodName { get; } = methodName ?? "unknown";

    /// <summary>The app's or sidecar's answer; null when there was none.</summary>
    public HttpResponseMessage? Response { get; } = response;
}
