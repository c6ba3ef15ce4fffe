using System.Net;
using DaprHep.DevSidecar.Grpc;
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
    private readonly WriteJournal _journal;
    private readonly JournalReader _reader;
    private readonly CancellationTokenSource _stopping;
    private bool _disposed;

    private Sidecar(
        WebApplication web, WorkflowEngine engine, WriteJournal journal, JournalReader reader, CancellationTokenSource stopping, IReadOnlyList<SidecarNode> nodes)
    {
        _web = web;
        _engine = engine;
        _journal = journal;
        _reader = reader;
        _stopping = stopping;
        Nodes = nodes;
    }

    /// <summary>The nodes in the order of the options, with their real ports.</summary>
    public IReadOnlyList<SidecarNode> Nodes { get; }

    /// <summary>The first node of an app.</summary>
    /// <exception cref="ArgumentException">No node has that app id.</exception>
    public SidecarNode Node(string appId) =>
        Nodes.FirstOrDefault(n => n.AppId == appId) ?? throw new ArgumentException($"The sidecar serves no app '{appId}'.", nameof(appId));

    /// <summary>Workers connected to the nodes of an app.</summary>
    public int ConnectedWorkers(string appId) => Nodes.Where(n => n.AppId == appId).Sum(n => _engine.ConnectedWorkers(appId, n.Name));

    /// <summary>Starts a sidecar; it is ready when the task ends.</summary>
    /// <exception cref="IOException">A port is taken, or the journal cannot be opened.</exception>
    public static async Task<Sidecar> StartAsync(SidecarOptions options, ILoggerFactory? loggers = null, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(options);
        loggers ??= NullLoggerFactory.Instance;
        if (Path.GetDirectoryName(Path.GetFullPath(options.JournalPath)) is { } folder)
            Directory.CreateDirectory(folder);
        var logger = loggers.CreateLogger<Sidecar>();
        var journal = new WriteJournal(options.JournalPath, logger);
        var reader = new JournalReader(options.JournalPath);
        var stopping = new CancellationTokenSource();
        var engine = new WorkflowEngine(journal, reader, logger);
        var web = Build(options, loggers, engine, stopping.Token, out var nodes);
        try
        {
            await web.StartAsync(cancellation).ConfigureAwait(false);
        }
        catch
        {
            await web.DisposeAsync().ConfigureAwait(false);
            Close(engine, journal, reader, stopping);
            throw;
        }

        var ports = web.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Select(a => new Uri(a).Port).ToList();
        var running = nodes.Select((n, i) => n with { HttpPort = ports[2 * i], GrpcPort = ports[(2 * i) + 1] }).ToList();
        foreach (var node in running)
            logger.LogInformation("Sidecar of {Node} listens on HTTP {HttpPort} and gRPC {GrpcPort}.", node.Name, node.HttpPort, node.GrpcPort);
        return new Sidecar(web, engine, journal, reader, stopping, running);
    }

    /// <summary>Ends streams and calls, commits what is accepted and closes the journal.</summary>
    public async ValueTask DisposeAsync()
    {
        if (_disposed)
            return;
        _disposed = true;
        await _stopping.CancelAsync().ConfigureAwait(false);
        using (var limit = new CancellationTokenSource(TimeSpan.FromSeconds(2)))
            await _web.StopAsync(limit.Token).ConfigureAwait(false);
        await _web.DisposeAsync().ConfigureAwait(false);
        Close(_engine, _journal, _reader, _stopping);
    }

    private static void Close(WorkflowEngine engine, WriteJournal journal, JournalReader reader, CancellationTokenSource stopping)
    {
        engine.Dispose();
        journal.Dispose();
        reader.Dispose();
        stopping.Dispose();
    }

    // Two listeners a node, in order: HTTP, then gRPC. A connection carries the handler of its listener.
    private static WebApplication Build(
        SidecarOptions options, ILoggerFactory loggers, WorkflowEngine engine, CancellationToken stopping, out List<SidecarNode> nodes)
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.Services.AddSingleton(loggers);
        var named = nodes = options.Nodes.Select((n, i) => new SidecarNode(
            n.AppId, options.Nodes.Count(o => o.AppId == n.AppId) == 1 ? n.AppId : $"{n.AppId}-{options.Nodes.Take(i + 1).Count(o => o.AppId == n.AppId)}",
            n.HttpPort, n.GrpcPort, n.AppPort)).ToList();
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Limits.MaxRequestBodySize = options.MaxMessageBytes + 64 * 1024;
            kestrel.Limits.MinRequestBodyDataRate = null;
            kestrel.Limits.MinResponseDataRate = null;
            kestrel.Limits.Http2.MaxStreamsPerConnection = 10_000;
            kestrel.Limits.Http2.InitialStreamWindowSize = 1024 * 1024;
            kestrel.Limits.Http2.InitialConnectionWindowSize = 8 * 1024 * 1024;
            kestrel.Limits.Http2.KeepAlivePingDelay = TimeSpan.FromSeconds(10);
            foreach (var node in named)
            {
                var grpc = new GrpcEndpoint(engine, node.AppId, node.Name, options.ApiToken, options.MaxMessageBytes, stopping);
                kestrel.Listen(IPAddress.Loopback, node.HttpPort, listen => Serve(listen, HttpProtocols.Http1, _ => Task.CompletedTask));
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
