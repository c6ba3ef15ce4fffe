using System.Buffers.Binary;
using System.Globalization;
using System.Net;
using DaprHep.WorkflowProtocol;
using Google.Protobuf;
using Grpc.Core;

namespace DaprHep.DevSidecar.Tests;

/// <summary>A gRPC call whose message is any bytes at all, to any method.</summary>
internal static class RawCall
{
    /// <exception cref="RpcException">The answer's status, when it is not OK.</exception>
    public static async Task<IMessage> SendAsync(int port, string method, byte[] message, CancellationToken cancellation)
    {
        var frame = new byte[5 + message.Length];
        BinaryPrimitives.WriteInt32BigEndian(frame.AsSpan(1), message.Length);
        message.CopyTo(frame, 5);
        using var http = new HttpClient();
        using var request = new HttpRequestMessage(HttpMethod.Post, $"http://127.0.0.1:{port}{SidecarMethod.Service}{method}")
        {
            Version = HttpVersion.Version20,
            VersionPolicy = HttpVersionPolicy.RequestVersionExact,
            Content = new ByteArrayContent(frame) { Headers = { ContentType = new("application/grpc") } },
        };
        request.Headers.Add("te", "trailers");
        using var answer = await http.SendAsync(request, cancellation);
        await answer.Content.ReadAsByteArrayAsync(cancellation);
        var status = int.Parse(Value("grpc-status")!, CultureInfo.InvariantCulture);
        return status == 0
            ? new CompleteTaskResponse()
            : throw new RpcException(new Status((StatusCode)status, GrpcStatusText.Decode(Value("grpc-message") ?? string.Empty)));

        string? Value(string name) => answer.TrailingHeaders.TryGetValues(name, out var values)
            || answer.Headers.TryGetValues(name, out values)
            ? values.Single() : null;
    }
}
