using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Microsoft.Extensions.Configuration;

namespace DaprHep.Hosting;

/// <summary>
/// Asks this process's Dapr sidecar who is there: what <see cref="Dapr.Client.DaprClient"/> does not tell. The address comes from
/// <c>DAPR_HTTP_ENDPOINT</c> or <c>DAPR_HTTP_PORT</c>, the token from <c>DAPR_API_TOKEN</c>.
/// </summary>
public sealed class SidecarHttp : IDisposable
{
    // A service that is away is refused at once; one on a busy machine is late, which is no reason to refuse its work.
    private static readonly TimeSpan ReadyLimit = TimeSpan.FromSeconds(10);
    private const string NoAppPort = "app channel is not initialized";
    private readonly HttpClient _http;

    /// <summary>Reads address and token from the configuration (environment variables are part of it).</summary>
    /// <exception cref="InvalidOperationException">The address is none; the message names the variable.</exception>
    public SidecarHttp(IConfiguration configuration)
    {
        ArgumentNullException.ThrowIfNull(configuration);
        _http = new HttpClient(new ResetConnectionHandler(new SocketsHttpHandler { UseProxy = false, ConnectTimeout = TimeSpan.FromSeconds(5) }))
        {
            BaseAddress = SidecarAddress.HttpIn(configuration),
            Timeout = TimeSpan.FromSeconds(10),
        };
        if (configuration["DAPR_API_TOKEN"] is { Length: > 0 } token)
            _http.DefaultRequestHeaders.Add("dapr-api-token", token);
    }

    /// <summary>
    /// Whether an app answers <c>/healthz/ready</c> with success, asked through the sidecars (service invocation). The app of a sidecar
    /// that was started without <c>--app-port</c> can't be asked; that its sidecar is there has to do.
    /// </summary>
    public async Task<bool> IsReadyAsync(string app, CancellationToken cancellation)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        limit.CancelAfter(ReadyLimit);
        try
        {
            var question = new Uri($"v1.0/invoke/{app}/method/healthz/ready", UriKind.Relative);
            using HttpResponseMessage answer = await _http.GetAsync(question, limit.Token).ConfigureAwait(false);
            if (answer.StatusCode != HttpStatusCode.InternalServerError)
                return answer.StatusCode == HttpStatusCode.OK;
            string reason = await answer.Content.ReadAsStringAsync(limit.Token).ConfigureAwait(false);
            return reason.Contains(NoAppPort, StringComparison.Ordinal);
        }
        catch (Exception e) when (IsAway(e, cancellation))
        {
            return false;
        }
    }

    /// <summary>Workflow workers connected to this sidecar; 0 when the sidecar is away.</summary>
    public async Task<int> ConnectedWorkersAsync(CancellationToken cancellation)
    {
        try
        {
            JsonElement metadata = await _http.GetFromJsonAsync<JsonElement>("v1.0/metadata", cancellation).ConfigureAwait(false);
            bool known = metadata.TryGetProperty("workflows", out JsonElement workflows);
            return known && workflows.TryGetProperty("connectedWorkers", out JsonElement count) ? count.GetInt32() : 0;
        }
        catch (Exception e) when (e is JsonException || IsAway(e, cancellation))
        {
            return 0;
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _http.Dispose();

    private static bool IsAway(Exception e, CancellationToken cancellation) =>
        e is HttpRequestException || (e is OperationCanceledException && !cancellation.IsCancellationRequested);
}
