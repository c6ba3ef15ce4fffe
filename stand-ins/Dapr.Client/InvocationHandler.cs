namespace Dapr.Client;

/// <summary>Sends requests for http://APP-ID/PATH through the sidecar.</summary>
public class InvocationHandler : DelegatingHandler
{
    private readonly Uri _endpoint;

    internal InvocationHandler(Uri endpoint, HttpMessageHandler inner)
        : base(inner) => _endpoint = endpoint;

    /// <inheritdoc />
    protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(request);
        if (request.RequestUri is { IsAbsoluteUri: true } address)
            request.RequestUri = new Uri(_endpoint, $"/v1.0/invoke/{address.Host}/method{address.PathAndQuery}");
        return base.SendAsync(request, cancellationToken);
    }
}
