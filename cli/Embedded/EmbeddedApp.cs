using System.Net;
using System.Net.Sockets;
using DaprHep.DevSidecar;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace DaprHep.Cli.Embedded;

/// <summary>A service in this process. Its port is taken at once, so that the sidecar can be told of it before the service is there.</summary>
internal sealed class EmbeddedApp : IAsyncDisposable
{
    private readonly Func<WebApplicationBuilder, WebApplication> _build;
    private readonly Socket _socket = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
    private WebApplication? _app;

    /// <summary>Takes a free port of the loopback interface; who connects early waits.</summary>
    /// <param name="id">The Dapr app id.</param>
    /// <param name="build">Puts the service together.</param>
    public EmbeddedApp(string id, Func<WebApplicationBuilder, WebApplication> build)
    {
        Id = id;
        _build = build;
        _socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        _socket.Listen();
        Port = ((IPEndPoint)_socket.LocalEndPoint!).Port;
    }

    public string Id { get; }

    public int Port { get; }

    /// <summary>Builds and starts the service. It sees nothing of the environment, only what is given here.</summary>
    public async Task StartAsync(SidecarNode node, string token, CancellationToken cancellation)
    {
        WebApplicationBuilder builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions { ApplicationName = Id });
        builder.Configuration.AddInMemoryCollection(new Dictionary<string, string?>
        {
            ["DAPR_HTTP_ENDPOINT"] = $"http://127.0.0.1:{node.HttpPort}",
            ["DAPR_GRPC_ENDPOINT"] = $"http://127.0.0.1:{node.GrpcPort}",
            ["DAPR_API_TOKEN"] = token,
            ["APP_API_TOKEN"] = token,
            ["DAPRHEP_API_TOKEN"] = token,
        });
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel => kestrel.ListenHandle((ulong)_socket.Handle));
        builder.Services.AddRoutingCore();
        builder.Services.AddSingleton<IHostLifetime, CommandLifetime>();
        _app = _build(builder);
        await _app.StartAsync(cancellation);
    }

    public async ValueTask DisposeAsync()
    {
        if (_app is not null)
        {
            await _app.StopAsync(CancellationToken.None);
            await _app.DisposeAsync();
        }
        _socket.Dispose();
    }

    // The command listens to Ctrl-C; a service by itself would, too.
    private sealed class CommandLifetime : IHostLifetime
    {
        public Task WaitForStartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    }
}
