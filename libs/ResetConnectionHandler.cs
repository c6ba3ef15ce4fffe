using System.Net.Sockets;

namespace DaprHep;

/// <summary>
/// Lets a connection that the other end reset as soon as it was made fail like any other. .NET asks a new connection for the address of its
/// other end, and where that has gone already a bare <see cref="SocketException"/> comes out of the client, which nobody who is ready for a
/// failed request is ready for.
/// </summary>
/// <param name="inner">Makes the connections.</param>
internal sealed class ResetConnectionHandler(HttpMessageHandler inner) : DelegatingHandler(inner)
{
    /// <inheritdoc/>
    protected override HttpResponseMessage Send(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        try
        {
            return base.Send(request, cancellationToken);
        }
        catch (SocketException e)
        {
            throw Failed(request, e);
        }
    }

    /// <inheritdoc/>
    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        try
        {
            return await base.SendAsync(request, cancellationToken).ConfigureAwait(false);
        }
        catch (SocketException e)
        {
            throw Failed(request, e);
        }
    }

    private static HttpRequestException Failed(HttpRequestMessage request, SocketException e) =>
        new(HttpRequestError.ConnectionError, $"{e.Message} ({request.RequestUri?.Authority})", e);
}
