using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Runtime.CompilerServices;
using DaprHep;
using DaprHep.WorkflowProtocol;
using Google.Protobuf;
using Grpc.Core;

namespace Dapr.Workflow.Grpc;

/// <summary>
/// gRPC calls to a sidecar over HTTP/2 (plaintext with prior knowledge, or TLS), one connection, pings while calls are open.
/// Source: the gRPC over HTTP/2 protocol description.
/// </summary>
internal sealed class SidecarChannel : IDisposable
{
    private static readonly MediaTypeHeaderValue GrpcContent = new("application/grpc");
    private readonly HttpClient _http;
    private readonly string? _apiToken;

    public SidecarChannel(Uri endpoint, string? apiToken)
    {
        Endpoint = endpoint;
        _apiToken = string.IsNullOrEmpty(apiToken) ? null : apiToken;
        var handler = new SocketsHttpHandler
        {
            UseProxy = false,
            EnableMultipleHttp2Connections = true,
            KeepAlivePingDelay = TimeSpan.FromSeconds(30),
            KeepAlivePingTimeout = TimeSpan.FromSeconds(15),
            PooledConnectionIdleTimeout = Timeout.InfiniteTimeSpan,
            ConnectTimeout = TimeSpan.FromSeconds(5),
        };
        _http = new HttpClient(new ResetConnectionHandler(handler)) { BaseAddress = endpoint, Timeout = Timeout.InfiniteTimeSpan };
    }

    public Uri Endpoint { get; }

    /// <summary>One request, one answer.</summary>
    /// <exception cref="RpcException">Any failure, cancellation included.</exception>
    public async Task<TResponse> CallAsync<TResponse>(
        string method, IMessage request, MessageParser<TResponse> parser, TimeSpan? deadline, CancellationToken cancellation)
        where TResponse : IMessage<TResponse>
    {
        using var timeout = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        if (deadline is { } limit)
            timeout.CancelAfter(limit);
        try
        {
            using var response = await SendAsync(method, request, deadline, timeout.Token).ConfigureAwait(false);
            await using var body = await response.Content.ReadAsStreamAsync(timeout.Token).ConfigureAwait(false);
            var bytes = await GrpcFrame.ReadAsync(body, GrpcFrame.DefaultLimit, timeout.Token).ConfigureAwait(false);
            if (bytes is not null && await GrpcFrame.ReadAsync(body, GrpcFrame.DefaultLimit,
                timeout.Token).ConfigureAwait(false) is not null)
                throw Fail(StatusCode.Internal, $"{method} answered more than one message");
            ThrowUnlessOk(method, response);
            return bytes is null ? throw Fail(StatusCode.Internal, $"{method} answered no message") : parser.ParseFrom(bytes);
        }
        catch (Exception e) when (e is not RpcException && Translate(method, e, deadline, cancellation) is { } failure)
        {
            throw failure;
        }
    }

    /// <summary>One request, a stream of answers that ends when the sidecar ends it.</summary>
    /// <exception cref="RpcException">Any failure, cancellation included.</exception>
    public async IAsyncEnumerable<TResponse> StreamAsync<TResponse>(
        string method, IMessage request, MessageParser<TResponse> parser, Action opened, [EnumeratorCancellation] CancellationToken cancellation)
        where TResponse : IMessage<TResponse>
    {
        HttpResponseMessage? response = null;
        try
        {
            Stream body;
            try
            {
                response = await SendAsync(method, request, null, cancellation).ConfigureAwait(false);
                body = await response.Content.ReadAsStreamAsync(cancellation).ConfigureAwait(false);
            }
            catch (Exception e) when (e is not RpcException && Translate(method, e, null, cancellation) is { } failure)
            {
                throw failure;
            }

            opened();
            while (true)
            {
                TResponse message;
                try
                {
                    var bytes = await GrpcFrame.ReadAsync(body, int.MaxValue, cancellation).ConfigureAwait(false);
                    if (bytes is null)
                        break;
                    message = parser.ParseFrom(bytes);
                }
                catch (Exception e) when (Translate(method, e, null, cancellation) is { } failure)
                {
                    throw failure;
                }

                yield return message;
            }

            ThrowUnlessOk(method, response);
        }
        finally
        {
            response?.Dispose();
        }
    }

    public void Dispose() => _http.Dispose();

    private async Task<HttpResponseMessage> SendAsync(string method, IMessage request, TimeSpan? deadline, CancellationToken cancellation)
    {
        var content = new ByteArrayContent(GrpcFrame.Encode(request));
        content.Headers.ContentType = GrpcContent;
        var message = new HttpRequestMessage(HttpMethod.Post, method)
        {
            Version = HttpVersion.Version20,
            VersionPolicy = HttpVersionPolicy.RequestVersionExact,
            Content = content,
        };
        message.Headers.TE.Add(new TransferCodingWithQualityHeaderValue("trailers"));
        if (_apiToken is not null)
            message.Headers.Add("dapr-api-token", _apiToken);
        if (deadline is { } limit)
            message.Headers.Add("grpc-timeout", ((long)limit.TotalMilliseconds).ToString(CultureInfo.InvariantCulture) + "m");
        var response = await _http.SendAsync(message, HttpCompletionOption.ResponseHeadersRead, cancellation).ConfigureAwait(false);
        if (response.StatusCode != HttpStatusCode.OK)
        {
            using (response)
                throw Fail(CodeOf(response.StatusCode),
                    $"{Endpoint} answered {method} with HTTP {(int)response.StatusCode}; is it a Dapr gRPC port?");
        }

        if (response.Headers.Contains("grpc-status"))
        {
            using (response)
                ThrowUnlessOk(method, response);
        }

        return response;
    }

    private static void ThrowUnlessOk(string method, HttpResponseMessage response)
    {
        var headers = response.TrailingHeaders.Contains("grpc-status") ? response.TrailingHeaders : response.Headers;
        if (!headers.TryGetValues("grpc-status", out var values)
            || !int.TryParse(values.First(), CultureInfo.InvariantCulture, out var code))
            throw Fail(StatusCode.Unavailable, $"{method}: the answer ended without a status");
        if (code != 0)
            throw Fail((StatusCode)code, headers.TryGetValues("grpc-message", out var text) ? GrpcStatusText.Decode(text.First()) : "");
    }

    private RpcException? Translate(string method, Exception e, TimeSpan? deadline, CancellationToken cancellation) => e switch
    {
        OperationCanceledException when cancellation.IsCancellationRequested => Fail(StatusCode.Cancelled, $"{method} was cancelled", e),
        OperationCanceledException => Fail(StatusCode.DeadlineExceeded, $"{method} got no answer within {deadline}", e),
        HttpRequestException or IOException => Fail(StatusCode.Unavailable, $"{Endpoint}: {e.Message}", e),
        GrpcFrameException { TooLarge: true } => Fail(StatusCode.ResourceExhausted, e.Message, e),
        GrpcFrameException or InvalidProtocolBufferException => Fail(StatusCode.Internal, $"{method}: {e.Message}", e),
        _ => null,
    };

    private static StatusCode CodeOf(HttpStatusCode status) => status switch
    {
        HttpStatusCode.Unauthorized => StatusCode.Unauthenticated,
        HttpStatusCode.Forbidden => StatusCode.PermissionDenied,
        HttpStatusCode.NotFound => StatusCode.Unimplemented,
        HttpStatusCode.BadGateway or HttpStatusCode.ServiceUnavailable or HttpStatusCode.GatewayTimeout => StatusCode.Unavailable,
        _ => StatusCode.Unknown,
    };

    private static RpcException Fail(StatusCode code, string detail, Exception? cause = null) => new(new Status(code, detail, cause));
}
