using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace DaprHep.Root.Tests;

/// <summary>An HTTP server on loopback that serves one file by ranges and counts what is asked of it.</summary>
internal sealed class RangeServer : IDisposable
{
    private readonly HttpListener listener = new();
    private readonly byte[] content;
    private readonly bool ranges;
    private int failures;
    private long bytes;
    private int requests;

    public RangeServer(byte[] content, bool ranges = true, int failures = 0)
    {
        this.content = content;
        this.ranges = ranges;
        this.failures = failures;
        using (var socket = new TcpListener(IPAddress.Loopback, 0))
        {
            socket.Start();
            Url = $"http://localhost:{((IPEndPoint)socket.LocalEndpoint).Port}/";
        }
        listener.Prefixes.Add(Url);
        listener.Start();
        _ = Task.Run(Serve);
    }

    public string Url { get; }

    public long Bytes => Interlocked.Read(ref bytes);

    public int Requests => Volatile.Read(ref requests);

    public void Dispose() => listener.Close();

    private async Task Serve()
    {
        while (listener.IsListening)
        {
            try
            {
                var context = await listener.GetContextAsync();
                _ = Task.Run(() => Answer(context));
            }
            catch (Exception e) when (e is HttpListenerException or ObjectDisposedException)
            {
                return;
            }
        }
    }

    private void Answer(HttpListenerContext context)
    {
        using var response = context.Response;
        Interlocked.Increment(ref requests);
        if (Interlocked.Decrement(ref failures) >= 0)
        {
            response.StatusCode = 503;
            return;
        }
        var range = context.Request.Headers["Range"];
        var (first, last) = (0L, content.Length - 1L);
        if (ranges && range is not null)
        {
            var parts = range["bytes=".Length..].Split('-');
            first = long.Parse(parts[0], CultureInfo.InvariantCulture);
            last = Math.Min(last, long.Parse(parts[1], CultureInfo.InvariantCulture));
            response.StatusCode = 206;
            response.Headers["Content-Range"] = $"bytes {first}-{last}/{content.Length}";
        }
        response.ContentLength64 = last - first + 1;
        Interlocked.Add(ref bytes, last - first + 1);
        response.OutputStream.Write(content, (int)first, (int)(last - first + 1));
    }
}
