using System.Net;
using DaprHep.DevSidecar.Grpc;
using DaprHep.DevSidecar.Http;
using DaprHep.DevSidecar.Journal;
using DaprHep.DevSidecar.Workflows;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Connections.Features;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Logging.Abstractions;

namespace DaprHep.DevSidecar;

/// <summary>
/// The development sidecar: Dapr's workflow gRPC service and HTTP API for all apps of this machine, on loopback, in one process.
/// What it accepts is in its journal, so a killed sidecar goes on where it was.
/// </summary>
public sealed class Sidecar : IAsyncDisposable
{
    private readonly WebApplication _web;
    private readonly WorkflowEngine _engine;
    private readonly JournalLock _lock;
    private readonly WriteJournal _journal;
    private readonly JournalReader _reader;
    private readonly Subscriptions _subscriptions;
    private readonly IReadOnlyDictionary<string, AppChannel> _apps;
    private readonly Deliveries _deliveries;
    private readonly CancellationTokenSource _stopping = new();
    private readonly LargestMessage _largest = new();
    private bool _disposed;

    private Sidecar(SidecarOptions options, JournalLock held, ILoggerFactory loggers)
    {
        var logger = loggers.CreateLogger<Sidecar>();
        _lock = held;
        _journal = new WriteJournal(options.JournalPath, logger);
        _reader = new JournalReader(options.JournalPath);
        _engine = new WorkflowEngine(_journal, _reader, options.Workflow, logger);
        _apps = options.Nodes.GroupBy(n => n.AppId).ToDictionary(
            g => g.Key, g => new AppChannel(g.Key, [.. g.Select(n => n.AppPort).OfType<int>()], options.AppToken));
        _subscriptions = new Subscriptions(logger);
        _deliveries = new Deliveries(new MessageTable(_journal, _reader), _subscriptions, _apps.Values, logger);
        Nodes = [.. options.Nodes.Select((n, i) => new SidecarNode(n.AppId, NameOf(options.Nodes, i), n.HttpPort, n.GrpcPort, n.AppPort))];
        _web = Build(options, loggers, logger);
    }

    /// <summary>The nodes in the order of the options, with their real ports.</summary>
    public IReadOnlyList<SidecarNode> Nodes { get; private set; }

    /// <summary>The first node of an app.</summary>
    /// <exception cref="ArgumentException">No node has that app id.</exception>
    public SidecarNode Node(string appId) =>
        Nodes.FirstOrDefault(n => n.AppId == appId) ?? throw new ArgumentException($"The sidecar serves no app '{appId}'.", nameof(appId));

    /// <summary>Size of the largest gRPC message so far, in either direction, bytes.</summary>
    public long LargestMessageBytes => _largest.Bytes;

    /// <summary>Workers connected to the nodes of an app.</summary>
    public int ConnectedWorkers(string appId) => Nodes.Where(n => n.AppId == appId).Sum(n => _engine.ConnectedWorkers(appId, n.Name));

    /// <summary>Starts a sidecar; it is ready when the task ends.</summary>
    /// <exception cref="IOException">A port is taken, or the journal cannot be opened or belongs to another sidecar.</exception>
    public static async Task<Sidecar> StartAsync(SidecarOptions options, ILoggerFactory? loggers = null,
        CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(options);
        loggers ??= NullLoggerFactory.Instance;
        if (Path.GetDirectoryName(Path.GetFullPath(options.JournalPath)) is { } folder)
            Directory.CreateDirectory(folder);
        var held = new JournalLock(options.JournalPath);
        Sidecar sidecar;
        try
        {
            sidecar = new Sidecar(options, held, loggers);
        }
        catch
        {
            held.Dispose();
            throw;
        }

        try
        {
            await sidecar._web.StartAsync(cancellation);
        }
        catch
        {
            await sidecar.DisposeAsync();
            throw;
        }

        var addresses = sidecar._web.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses;
        var ports = addresses.Select(a => new Uri(a).Port).ToList();
        sidecar.Nodes = [.. sidecar.Nodes.Select((n, i) => n with { HttpPort = ports[2 * i], GrpcPort = ports[(2 * i) + 1] })];
        var logger = loggers.CreateLogger<Sidecar>();
        foreach (var node in sidecar.Nodes)
            logger.LogInformation("Sidecar of {Node} listens on HTTP {HttpPort} and gRPC {GrpcPort}.", node.Name, node.HttpPort,
                node.GrpcPort);
        return sidecar;
    }

    /// <summary>Ends streams and calls, commits what is accepted and closes the journal.</summary>
    public async ValueTask DisposeAsync()
    {
        if (_disposed)
            return;
        _disposed = true;
        await _stopping.CancelAsync();
        using (var limit = new CancellationTokenSource(TimeSpan.FromSeconds(2)))
            await _web.StopAsync(limit.Token);
        await _web.DisposeAsync();
        await _deliveries.DisposeAsync();
        foreach (var app in _apps.Values)
            app.Dispose();
        _engine.Dispose();
        _journal.Dispose();
        _reader.Dispose();
        _lock.Dispose();
        _stopping.Dispose();
    }

    private static string NameOf(IReadOnlyList<NodeOptions> nodes, int index)
    {
        var app = nodes[index].AppId;
        return nodes.Count(n => n.AppId == app) == 1 ? app : $"{app}-{nodes.Take(index + 1).Count(n => n.AppId == app)}";
    }

    // Two listeners a node, in order: HTTP, then gRPC. A connection carries the handler of its listener.
    private WebApplication Build(SidecarOptions options, ILoggerFactory loggers, ILogger logger)
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.Services.AddSingleton(loggers);
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Limits.MaxRequestBodySize = options.MaxMessageBytes;
            kestrel.Limits.MinRequestBodyDataRate = null;
            kestrel.Limits.MinResponseDataRate = null;
            kestrel.Limits.Http2.MaxStreamsPerConnection = 10_000;
            kestrel.Limits.Http2.InitialStreamWindowSize = 1024 * 1024;
            kestrel.Limits.Http2.InitialConnectionWindowSize = 8 * 1024 * 1024;
            kestrel.Limits.Http2.KeepAlivePingDelay = TimeSpan.FromSeconds(10);
            foreach (var node in Nodes)
            {
                var grpc = new GrpcEndpoint(_engine, node.AppId, node.Name, options.ApiToken, options.MaxMessageBytes, _largest,
                    _stopping.Token);
                var http = new HttpApi(
                    options.ApiToken,
                    new WorkflowApi(_engine, node.AppId),
                    new StateApi(new StateTable(_journal, _reader), node.AppId, options.StateStore, options.StateKeyPrefix),
                    new PubSubApi(_deliveries, node.AppId, options.PubSub),
                    new InvokeApi(_apps),
                    new MetadataApi(_engine, node, options, _subscriptions),
                    logger);
                kestrel.Listen(IPAddress.Loopback, node.HttpPort, listen => Serve(listen, HttpProtocols.Http1, http.HandleAsync));
                kestrel.Listen(IPAddress.Loopback, node.GrpcPort, listen => Serve(listen, HttpProtocols.Http2, grpc.HandleAsync));
            }
        });
        var web = builder.Build();
        web.Run(context => ((RequestDelegate)context.Features.Get<IConnectionItemsFeature>()!.Items[typeof(Sidecar)]!)(context));
        return web;
    }

    private static void Serve(ListenOptions listen, HttpProtocols protocols, RequestDelegate handler)
    {
        listen.Protocols = protocols;
        listen.Use(next => connection =>
        {
            connection.Items[typeof(Sidecar)] = handler;
            return next(connection);
        });
    }
}
