using System.Net;
using System.Net.Http.Headers;

namespace DaprHep.Cli.Doctor;

/// <summary>Whether gateway and sidecar answer, and take the tokens of this environment.</summary>
internal static class ConnectionChecks
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(5);

    /// <summary>A gateway that somebody expects to run.</summary>
    public static async Task<Finding> GatewayAsync(string url, CancellationToken cancellation)
    {
        const string check = "gateway", variable = "DAPRHEP_API_TOKEN";
        string address = url.TrimEnd('/');
        using var request = new HttpRequestMessage(HttpMethod.Get, $"{address}/runs");
        string? token = Environment.GetEnvironmentVariable(variable);
        if (!string.IsNullOrEmpty(token))
            request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token);
        (HttpStatusCode? status, string text) = await AskAsync(request, cancellation);
        return status switch
        {
            HttpStatusCode.OK => new Finding(check, Severity.Ok, $"{address} answers"),
            HttpStatusCode.Unauthorized => new Finding(check, Severity.Failed,
                $"{address} refuses {(string.IsNullOrEmpty(token) ? "calls without a token" : "this token")}", $"set {variable} to the gateway's"),
            null => new Finding(check, Severity.Failed, $"{address}: {text}", "start it with ./daprhep up, or give its address with --gateway"),
            _ => new Finding(check, Severity.Failed, $"{address} answers {(int)status}: {text}", "look at the gateway's log"),
        };
    }

    /// <summary>The sidecar that the variables of this environment name; null when they name none.</summary>
    public static async Task<Finding?> SidecarAsync(CancellationToken cancellation)
    {
        const string check = "sidecar", variable = "DAPR_API_TOKEN";
        string? address = Environment.GetEnvironmentVariable("DAPR_HTTP_ENDPOINT") is { Length: > 0 } endpoint ? endpoint.TrimEnd('/')
            : Environment.GetEnvironmentVariable("DAPR_HTTP_PORT") is { Length: > 0 } port ? $"http://127.0.0.1:{port}"
            : null;
        if (address is null)
            return null;
        if (!Uri.TryCreate($"{address}/v1.0/metadata", UriKind.Absolute, out Uri? question))
            return new Finding(check, Severity.Failed, $"'{address}' is no address", "set DAPR_HTTP_ENDPOINT or DAPR_HTTP_PORT to the sidecar's");
        using var request = new HttpRequestMessage(HttpMethod.Get, question);
        if (Environment.GetEnvironmentVariable(variable) is { Length: > 0 } token)
            request.Headers.Add("dapr-api-token", token);
        (HttpStatusCode? status, string text) = await AskAsync(request, cancellation);
        return status switch
        {
            HttpStatusCode.OK => new Finding(check, Severity.Ok, $"{address} answers"),
            HttpStatusCode.Unauthorized => new Finding(check, Severity.Failed, $"{address} refuses the token", $"set {variable} to the sidecar's"),
            null => new Finding(check, Severity.Failed, $"{address}: {text}", "start the sidecar, or unset DAPR_HTTP_ENDPOINT and DAPR_HTTP_PORT"),
            _ => new Finding(check, Severity.Failed, $"{address} answers {(int)status}: {text}", "check that a Dapr sidecar listens there"),
        };
    }

    private static async Task<(HttpStatusCode? Status, string Text)> AskAsync(HttpRequestMessage request, CancellationToken cancellation)
    {
        using var http = new HttpClient(new ResetConnectionHandler(new SocketsHttpHandler { UseProxy = false })) { Timeout = Limit };
        try
        {
            using HttpResponseMessage answer = await http.SendAsync(request, cancellation);
            return (answer.StatusCode, await answer.Content.ReadAsStringAsync(cancellation));
        }
        catch (Exception e) when (e is HttpRequestException or InvalidOperationException
            || (e is OperationCanceledException && !cancellation.IsCancellationRequested))
        {
            return (null, e.Message);
        }
    }
}
