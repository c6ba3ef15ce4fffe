using System.Net;

namespace DaprHep.DevSidecar.Http;

/// <summary>Calls to an app's own HTTP server, its replicas in turn.</summary>
internal sealed class AppChannel(string app, IReadOnlyList<int> ports, string? appToken) : IDisposable
{
    private readonly HttpClient _http = new(new ResetConnectionHandler(new SocketsHttpHandler
    {
        UseProxy = false,
        AllowAutoRedirect = false,
        UseCookies = false,
        AutomaticDecompression = DecompressionMethods.None,
        ConnectTimeout = TimeSpan.FromSeconds(5),
    }))
    {
        Timeout = Timeout.InfiniteTimeSpan,
    };

    private int _next;

    public string App => app;

    public IReadOnlyList<int> Ports => ports;

    /// <summary>Sends a request whose address is a path of the app.</summary>
    /// <exception cref="HttpRequestException">No replica answers.</exception>
    public async Task<HttpResponseMessage> SendAsync(Func<HttpRequestMessage> request, string pathAndQuery, CancellationToken cancellation)
    {
        HttpRequestException? failure = null;
        for (var attempt = 0; attempt < ports.Count; attempt++)
        {
            var port = ports[(int)((uint)Interlocked.Increment(ref _next) % ports.Count)];
            using var message = request();
            message.RequestUri = new Uri($"http://127.0.0.1:{port}{pathAndQuery}");
            if (appToken is not null)
                message.Headers.TryAddWithoutValidation("dapr-api-token", appToken);
            try
            {
                return await _http.SendAsync(message, HttpCompletionOption.ResponseHeadersRead, cancellation);
            }
            catch (HttpRequestException e) when (e.HttpRequestError is HttpRequestError.ConnectionError)
            {
                // Nothing was sent, so the next replica may have it.
                failure = e;
            }
        }

        throw failure ?? new HttpRequestException($"App '{app}' has no port.");
    }

    public void Dispose() => _http.Dispose();
}
