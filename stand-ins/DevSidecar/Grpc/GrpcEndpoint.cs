using System.Security.Cryptography;
using System.Text;
using DaprHep.DevSidecar.Workflows;
using DaprHep.WorkflowProtocol;
using Google.Protobuf;
using Microsoft.AspNetCore.Http.Features;

namespace DaprHep.DevSidecar.Grpc;

/// <summary>gRPC over HTTP/2 for one node: framing, token, status trailers, and the work stream.</summary>
internal sealed class GrpcEndpoint(WorkflowEngine engine, string app, string node, string? apiToken, int maxMessage,
    LargestMessage largest, CancellationToken stopping)
{
    private readonly WorkflowService _service = new(engine, app);
    private readonly byte[]? _apiToken = apiToken is null ? null : Encoding.UTF8.GetBytes(apiToken);

    public async Task HandleAsync(HttpContext context)
    {
        if (context.Request.ContentType?.StartsWith("application/grpc", StringComparison.Ordinal) != true)
        {
            context.Response.StatusCode = StatusCodes.Status415UnsupportedMediaType;
            return;
        }

        // The frame's own length is what is checked.
        context.Features.Get<IHttpMaxRequestBodySizeFeature>()!.MaxRequestBodySize = null;
        context.Response.ContentType = "application/grpc";
        using var ends = CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted, stopping);
        try
        {
            if (_apiToken is not null
                && !CryptographicOperations.FixedTimeEquals(Encoding.UTF8.GetBytes(context.Request.Headers["dapr-api-token"].ToString()),
                    _apiToken))
                throw new GrpcFailure(GrpcStatus.Unauthenticated, "Unauthorized");
            var path = context.Request.Path.Value ?? string.Empty;
            var request = await GrpcFrame.ReadAsync(context.Request.Body, maxMessage, ends.Token)
                ?? throw new GrpcFailure(GrpcStatus.Internal, "the request holds no message");
            largest.Note(request.Length);
            if (path == SidecarMethod.GetWorkItems)
            {
                await StreamAsync(context, ends.Token);
                return;
            }

            var call = _service.CallAsync(path, request, ends.Token) ?? throw new GrpcFailure(
                GrpcStatus.Unknown, "failed to proxy request: required metadata dapr-callee-app-id or dapr-app-id not found");
            var frame = GrpcFrame.Encode(await call);
            largest.Note(frame.Length);
            await context.Response.BodyWriter.WriteAsync(frame, ends.Token);
            context.Response.AppendTrailer("grpc-status", "0");
        }
        catch (GrpcFailure e)
        {
            End(context, e.Status, e.Message);
        }
        catch (GrpcFrameException e)
        {
            End(context, e.TooLarge ? GrpcStatus.ResourceExhausted : GrpcStatus.Internal, e.Message);
        }
        catch (InvalidProtocolBufferException)
        {
            End(context, GrpcStatus.Internal, "grpc: error unmarshalling request: proto: cannot parse invalid wire-format data");
        }
        catch (Exception e) when (e is OperationCanceledException or IOException)
        {
            if (!context.RequestAborted.IsCancellationRequested)
                End(context, GrpcStatus.Cancelled, "shutting down");
        }
    }

    private async Task StreamAsync(HttpContext context, CancellationToken ends)
    {
        context.Features.Get<IHttpResponseBodyFeature>()?.DisableBuffering();
        await context.Response.StartAsync(ends);
        await context.Response.BodyWriter.FlushAsync(ends);
        var stream = engine.OpenStream(app, node);
        try
        {
            var writer = context.Response.BodyWriter;
            while (await stream.Items.WaitToReadAsync(ends))
            {
                while (stream.Items.TryRead(out var item))
                {
                    var frame = GrpcFrame.Encode(item);
                    largest.Note(frame.Length);
                    frame.CopyTo(writer.GetSpan(frame.Length));
                    writer.Advance(frame.Length);
                    if (writer.UnflushedBytes > 64 * 1024)
                        await writer.FlushAsync(ends);
                }

                await writer.FlushAsync(ends);
            }
        }
        finally
        {
            engine.CloseStream(stream);
        }
    }

    private static void End(HttpContext context, GrpcStatus status, string message)
    {
        context.Response.AppendTrailer("grpc-status", ((int)status).ToString(System.Globalization.CultureInfo.InvariantCulture));
        context.Response.AppendTrailer("grpc-message", GrpcStatusText.Encode(message));
    }
}
