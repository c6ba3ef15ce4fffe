using System.Net;
using System.Net.Sockets;

namespace DaprHep.Root.Tests;

public sealed class ResetConnectionTests
{
    [Fact]
    public async Task A_connection_reset_as_soon_as_it_is_made_is_a_failed_request()
    {
        using var client = new HttpClient(new ResetConnectionHandler(new Reset()));
        HttpRequestException[] failures =
        [
            await Should.ThrowAsync<HttpRequestException>(() => client.GetAsync(new Uri("http://127.0.0.1:4321/file.root"))),
            Should.Throw<HttpRequestException>(
                () => client.Send(new HttpRequestMessage(HttpMethod.Get, "http://127.0.0.1:4321/file.root"))),
        ];
        foreach (HttpRequestException failure in failures)
        {
            failure.HttpRequestError.ShouldBe(HttpRequestError.ConnectionError);
            failure.Message.ShouldContain("127.0.0.1:4321");
        }
    }

    // How it happens: .NET's client asks for the address of an end that has gone.
    [Fact]
    public async Task A_server_that_resets_every_connection_is_never_a_bare_socket_exception()
    {
        using var server = new Socket(SocketType.Stream, ProtocolType.Tcp);
        server.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        server.Listen();
        var address = new Uri($"http://{server.LocalEndPoint}/file.root");
        Task resets = Task.Run(() =>
        {
            try
            {
                while (true)
                {
                    using Socket connection = server.Accept();
                    connection.LingerState = new LingerOption(enable: true, seconds: 0);
                }
            }
            catch (SocketException)
            {
                // The end of the test.
            }
        });
        using var client = new HttpClient(new ResetConnectionHandler(new SocketsHttpHandler()));
        await Parallel.ForAsync(0, 2_000, async (_, _) => await Should.ThrowAsync<HttpRequestException>(() => client.GetAsync(address)));
        server.Dispose();
        await resets;
    }

    private sealed class Reset : HttpMessageHandler
    {
        protected override HttpResponseMessage Send(HttpRequestMessage request, CancellationToken cancellationToken) =>
            throw new SocketException((int)SocketError.NotConnected);

        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken) =>
            Task.FromException<HttpResponseMessage>(new SocketException((int)SocketError.NotConnected));
    }
}
