using System.Globalization;
using System.Net;

namespace DaprHep.Root.Tests;

/// <summary>An HTTP server on loopback that serves one file by ranges and counts what is asked of it.</summary>
internal sealed class RangeServer : IDisposable
{
    private readonly HttpListener _listener = new();
    private readonly byte[] _content;
    private readonly bool _ranges;
    private readonly CancellationTokenSource _closed = new();
    private int _failures;
    private int _stalls;
    private long _bytes;
    private int _requests;

    public RangeServer(byte[] content, bool ranges = true, int failures = 0, int stalls = 0)
    {
        _content = content;
        _ranges = ranges;
        _failures = failures;
        _stalls = stalls;
        Url = $"http://localhost:{LoopbackPort.Free()}/";
        _listener.Prefixes.Add(Url);
        _listener.Start();
        _ = Task.Run(Serve);
    }

    public string Url { get; }

    public long Bytes => Interlocked.Read(ref _bytes);

    public int Requests => Volatile.Read(ref _requests);

    public void Dispose()
    {
        _closed.Cancel();
        _listener.Close();
    }

    private async Task Serve()
    {
        while (_listener.IsListening)
        {
            try
            {
                var context = await _listener.GetContextAsync();
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
        Interlocked.Increment(ref _requests);
        if (Interlocked.Decrement(ref _failures) >= 0)
        {
            response.StatusCode = 503;
            return;
        }
        var range = context.Request.Headers["Range"];
        var (first, last) = (0L, _content.Length - 1L);
        if (_ranges && range is not null)
        {
            var parts = range["bytes=".Length..].Split('-');
            first = long.Parse(parts[0], CultureInfo.InvariantCulture);
            last = Math.Min(last, long.Parse(parts[1], CultureInfo.InvariantCulture));
            response.StatusCode = 206;
            response.Headers["Content-Range"] = $"bytes {first}-{last}/{_content.Length}";
        }
        response.ContentLength64 = last - first + 1;
        Interlocked.Add(ref _bytes, last - first + 1);
        int count = (int)(last - first + 1);
        if (Interlocked.Decrement(ref _stalls) >= 0)
        {
            response.OutputStream.Write(_content, (int)first, count / 2);
            response.OutputStream.Flush();
            _closed.Token.WaitHandle.WaitOne();
            return;
        }
        response.OutputStream.Write(_content, (int)first, count);
    }
}
