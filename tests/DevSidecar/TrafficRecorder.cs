using System.Diagnostics;
using System.Net;
using System.Text.Json;
using System.Text.Json.Nodes;
using Dapr.Workflow.Tests;
using DaprHep.WorkflowProtocol;
using Google.Protobuf;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;

namespace DaprHep.DevSidecar.Tests;

/// <summary>
/// Stands between workers or clients and the nodes of a sidecar, passes every gRPC message on, and writes it down as a line of a captured
/// scenario.
/// </summary>
internal sealed class TrafficRecorder : IAsyncDisposable
{
    private static readonly Dictionary<string, (string Request, string Response)> Types = new()
    {
        ["StartInstance"] = (nameof(CreateInstanceRequest), nameof(CreateInstanceResponse)),
        ["WaitForInstanceCompletion"] = (nameof(GetInstanceRequest), nameof(GetInstanceResponse)),
        ["WaitForInstanceStart"] = (nameof(GetInstanceRequest), nameof(GetInstanceResponse)),
        ["RaiseEvent"] = (nameof(RaiseEventRequest), nameof(RaiseEventResponse)),
        ["GetWorkItems"] = (nameof(GetWorkItemsRequest), nameof(WorkItem)),
        ["CompleteOrchestratorTask"] = (nameof(WorkflowResponse), nameof(CompleteTaskResponse)),
        ["CompleteActivityTask"] = (nameof(ActivityResponse), nameof(CompleteTaskResponse)),
    };

    private readonly List<WebApplication> _nodes = [];
    private readonly HttpClient _http = new(new SocketsHttpHandler { EnableMultipleHttp2Connections = true });
    private readonly long _started = Stopwatch.GetTimestamp();
    private readonly List<string> _lines = [];
    private int _calls;
    private bool _stopped;

    /// <summary>Opens a way to a node of the sidecar, under the name it has in the lines, and gives its port.</summary>
    public async Task<int> OpenAsync(string node, int grpcPort)
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().ConfigureKestrel(k => k.Listen(IPAddress.Loopback, 0, l => l.Protocols = HttpProtocols.Http2));
        var app = builder.Build();
        app.Run(context => PassOnAsync(context, node, grpcPort));
        await app.StartAsync();
        _nodes.Add(app);
        return new Uri(app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single()).Port;
    }

    /// <summary>Ends the recording and gives its lines.</summary>
    public IReadOnlyList<string> Stop()
    {
        lock (_lines)
        {
            _stopped = true;
            return [.. _lines];
        }
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var node in _nodes)
        {
            await node.StopAsync(new CancellationToken(true));
            await node.DisposeAsync();
        }

        _http.Dispose();
    }

    private async Task PassOnAsync(HttpContext context, string node, int port)
    {
        var ends = context.RequestAborted;
        var rpc = context.Request.Path.Value!.Split('/')[^1];
        var call = Interlocked.Increment(ref _calls);
        var message = await GrpcFrame.ReadAsync(context.Request.Body, GrpcFrame.DefaultLimit, ends) ?? [];
        Write(node, call, rpc, "c2s", message);
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri($"http://127.0.0.1:{port}{context.Request.Path}"))
        {
            Version = HttpVersion.Version20,
            VersionPolicy = HttpVersionPolicy.RequestVersionExact,
            Content = new ByteArrayContent(FrameOf(message)),
        };
        request.Content.Headers.Add("Content-Type", "application/grpc");
        request.Headers.Add("TE", "trailers");
        try
        {
            using var answer = await _http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, ends);
            context.Response.ContentType = "application/grpc";
            await context.Response.StartAsync(ends);
            await context.Response.Body.FlushAsync(ends);
            await using var body = await answer.Content.ReadAsStreamAsync(ends);
            while (await GrpcFrame.ReadAsync(body, GrpcFrame.DefaultLimit, ends) is { } part)
            {
                Write(node, call, rpc, "s2c", part);
                await context.Response.Body.WriteAsync(FrameOf(part), ends);
                await context.Response.Body.FlushAsync(ends);
            }

            foreach (var trailer in answer.TrailingHeaders)
                context.Response.AppendTrailer(trailer.Key, trailer.Value.Single());
        }
        catch (Exception e) when (e is OperationCanceledException or HttpRequestException or IOException)
        {
            context.Abort();
        }
    }

    private void Write(string node, int call, string rpc, string direction, byte[] message)
    {
        if (!Types.TryGetValue(rpc, out var types))
            return;
        var type = direction == "c2s" ? types.Request : types.Response;
        var line = new JsonObject
        {
            ["t_ms"] = (long)Stopwatch.GetElapsedTime(_started).TotalMilliseconds,
            ["node"] = node,
            ["call"] = call,
            ["rpc"] = rpc,
            ["dir"] = direction,
            ["type"] = type,
            ["b64"] = Convert.ToBase64String(message),
            ["json"] = JsonNode.Parse(JsonFormatter.Default.Format(CapturedTraffic.ParserOf(type)!.ParseFrom(message))),
        };
        lock (_lines)
        {
            if (!_stopped)
                _lines.Add(line.ToJsonString(new JsonSerializerOptions(JsonSerializerDefaults.Web)));
        }
    }

    private static byte[] FrameOf(byte[] message)
    {
        var frame = new byte[GrpcFrame.HeaderLength + message.Length];
        System.Buffers.Binary.BinaryPrimitives.WriteInt32BigEndian(frame.AsSpan(1), message.Length);
        message.CopyTo(frame, GrpcFrame.HeaderLength);
        return frame;
    }
}
