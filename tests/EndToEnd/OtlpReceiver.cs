using System.Collections.Concurrent;
using Google.Protobuf;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace DaprHep.EndToEnd.Tests;

/// <summary>A span as a collector gets it.</summary>
internal sealed record Span(string Service, string Name, string Trace, string Id, string Parent, ulong Start, ulong End);

/// <summary>A collector: takes OTLP over HTTP (protobuf) and keeps the spans. Source: the field numbers of opentelemetry-proto's trace.proto.</summary>
internal sealed class OtlpReceiver : IAsyncDisposable
{
    private readonly WebApplication _web;
    private readonly ConcurrentQueue<Span> _spans = new();
    private readonly ConcurrentDictionary<string, int> _requests = new();

    private OtlpReceiver(WebApplication web)
    {
        _web = web;
        web.MapPost("/v1/{signal}", async (string signal, HttpRequest request) =>
        {
            using var body = new MemoryStream();
            await request.Body.CopyToAsync(body);
            _requests.AddOrUpdate(signal, 1, (_, count) => count + 1);
            if (signal == "traces")
                ReadRequest(body.ToArray());
            return Results.Bytes([], "application/x-protobuf");
        });
    }

    public IReadOnlyList<Span> Spans => [.. _spans];

    /// <summary>Requests with traces, metrics or logs.</summary>
    public int CountOf(string signal) => _requests.GetValueOrDefault(signal);

    /// <summary>What a process needs to send here.</summary>
    public Dictionary<string, string> Environment => new()
    {
        ["OTEL_EXPORTER_OTLP_ENDPOINT"] = _web.Urls.First(),
        ["OTEL_EXPORTER_OTLP_PROTOCOL"] = "http/protobuf",
        ["OTEL_BSP_SCHEDULE_DELAY"] = "200",
        ["OTEL_BLRP_SCHEDULE_DELAY"] = "200",
        ["OTEL_METRIC_EXPORT_INTERVAL"] = "500",
    };

    public static async Task<OtlpReceiver> StartAsync()
    {
        WebApplicationBuilder builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        WebApplication web = builder.Build();
        web.Urls.Add("http://127.0.0.1:0");
        var receiver = new OtlpReceiver(web);
        await web.StartAsync();
        return receiver;
    }

    public ValueTask DisposeAsync() => _web.DisposeAsync();

    private void ReadRequest(byte[] request)
    {
        foreach (byte[] resourceSpans in Messages(request, 1))
        {
            string service = Messages(resourceSpans, 1).SelectMany(resource => Messages(resource, 1))
                .Where(attribute => Text(attribute, 1) == "service.name")
                .SelectMany(attribute => Messages(attribute, 2)).Select(value => Text(value, 1)).First();
            foreach (byte[] span in Messages(resourceSpans, 2).SelectMany(scope => Messages(scope, 2)))
            {
                _spans.Enqueue(new Span(
                    service, Text(span, 5), Hex(span, 1), Hex(span, 2), Hex(span, 4), Fixed(span, 7), Fixed(span, 8)));
            }
        }
    }

    private static string Text(byte[] message, int field) =>
        Messages(message, field).Select(System.Text.Encoding.UTF8.GetString).FirstOrDefault("");

    private static string Hex(byte[] message, int field) => Messages(message, field).Select(Convert.ToHexStringLower).FirstOrDefault("");

    private static ulong Fixed(byte[] message, int field)
    {
        var input = new CodedInputStream(message);
        while (input.ReadTag() is var tag and not 0)
        {
            if (tag == WireFormat.MakeTag(field, WireFormat.WireType.Fixed64))
                return input.ReadFixed64();
            input.SkipLastField();
        }
        return 0;
    }

    private static List<byte[]> Messages(byte[] message, int field)
    {
        var found = new List<byte[]>();
        var input = new CodedInputStream(message);
        while (input.ReadTag() is var tag and not 0)
        {
            if (tag == WireFormat.MakeTag(field, WireFormat.WireType.LengthDelimited))
                found.Add(input.ReadBytes().ToByteArray());
            else
                input.SkipLastField();
        }
        return found;
    }
}
