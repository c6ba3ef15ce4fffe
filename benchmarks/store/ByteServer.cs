using System.Globalization;
using System.Net;
using System.Xml.Linq;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Microsoft.Net.Http.Headers;

namespace DaprHep.Benchmarks.Store;

/// <summary>
/// As little of an S3 store as the product's writes and reads need: it moves bytes between sockets and flushed files, and neither checks
/// signatures or digests nor keeps metadata. What a bucket costs beyond it is the server's, not ours.
/// </summary>
internal static class ByteServer
{
    private const string Uploads = "uploads";

    /// <summary>Serves until the process is ended.</summary>
    public static async Task RunAsync(string folder, int port)
    {
        WebApplicationBuilder builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(server =>
        {
            server.Limits.MaxRequestBodySize = null;
            server.Listen(IPAddress.Loopback, port);
        });
        await using WebApplication application = builder.Build();
        application.Run(context => AnswerAsync(context, folder));
        await application.RunAsync();
    }

    private static async Task AnswerAsync(HttpContext context, string folder)
    {
        HttpRequest request = context.Request;
        string path = Path.Combine(folder, request.Path.Value!.TrimStart('/'));
        string upload = Path.Combine(folder, Uploads, request.Query["uploadId"].ToString());
        bool isPart = request.Query.ContainsKey("uploadId");
        switch (request.Method)
        {
            case "PUT" when isPart:
                await SaveAsync(request, Path.Combine(upload, request.Query["partNumber"].ToString().PadLeft(5, '0')));
                context.Response.Headers.ETag = "\"part-1\"";
                break;
            case "PUT" when request.Headers.IfNoneMatch == "*" && File.Exists(path):
                context.Response.StatusCode = StatusCodes.Status412PreconditionFailed;
                break;
            case "PUT":
                await SaveAsync(request, path);
                context.Response.Headers.ETag = "\"object-1\"";
                break;
            case "POST" when isPart:
                Join(upload, path);
                await WriteAsync(context, new XElement("CompleteMultipartUploadResult", new XElement("ETag", "\"object-1\"")));
                break;
            case "POST":
                string id = Guid.NewGuid().ToString("N");
                Directory.CreateDirectory(Path.Combine(folder, Uploads, id));
                await WriteAsync(context, new XElement("InitiateMultipartUploadResult", new XElement("UploadId", id)));
                break;
            case "GET" or "HEAD" when File.Exists(path):
                await SendAsync(context, path);
                break;
            default:
                context.Response.StatusCode = StatusCodes.Status404NotFound;
                break;
        }
    }

    private static async Task SaveAsync(HttpRequest request, string path)
    {
        string temporary = $"{path}.{Guid.NewGuid():N}";
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        await using (var file = new FileStream(temporary, FileMode.CreateNew, FileAccess.Write, FileShare.None, bufferSize: 0))
        {
            await request.Body.CopyToAsync(file, 1 << 18);
            file.Flush(flushToDisk: true);
        }
        File.Move(temporary, path, overwrite: true);
    }

    private static void Join(string upload, string path)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        using var whole = new FileStream(path, FileMode.Create, FileAccess.Write, FileShare.None, bufferSize: 0);
        foreach (string part in Directory.GetFiles(upload).Order(StringComparer.Ordinal))
        {
            using FileStream file = File.OpenRead(part);
            file.CopyTo(whole, 1 << 20);
        }
        whole.Flush(flushToDisk: true);
        Directory.Delete(upload, recursive: true);
    }

    private static async Task SendAsync(HttpContext context, string path)
    {
        long length = new FileInfo(path).Length, first = 0, count = length;
        HttpResponse response = context.Response;
        if (RangeHeaderValue.TryParse(context.Request.Headers.Range.ToString(), out RangeHeaderValue? range) && range.Ranges.First() is var wanted)
        {
            first = wanted.From ?? 0;
            count = Math.Min(length - 1, wanted.To ?? long.MaxValue) - first + 1;
            response.StatusCode = StatusCodes.Status206PartialContent;
            response.Headers.ContentRange = string.Create(CultureInfo.InvariantCulture, $"bytes {first}-{first + count - 1}/{length}");
        }
        response.ContentLength = count;
        response.Headers.ETag = "\"object-1\"";
        if (context.Request.Method == "GET")
            await response.SendFileAsync(path, first, count);
    }

    private static Task WriteAsync(HttpContext context, XElement answer)
    {
        context.Response.ContentType = "application/xml";
        return context.Response.WriteAsync(answer.ToString());
    }
}
