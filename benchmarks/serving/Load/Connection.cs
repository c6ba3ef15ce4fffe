using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace DaprHep.Benchmarks.Serving.Load;

/// <summary>One keep-alive connection that sends prepared requests and reads whole responses, with as little work as can be.</summary>
internal sealed class Connection : IDisposable
{
    private readonly Socket _socket = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
    private byte[] _response = new byte[1 << 16];

    private Connection()
    {
    }

    public static async Task<Connection> OpenAsync(Uri server)
    {
        var connection = new Connection();
        await connection._socket.ConnectAsync(IPAddress.Parse(server.Host), server.Port);
        return connection;
    }

    /// <summary>Sends a request and waits for the whole response.</summary>
    /// <returns>Its status.</returns>
    public async ValueTask<int> AskAsync(ReadOnlyMemory<byte> request)
    {
        for (int sent = 0; sent < request.Length;)
            sent += await _socket.SendAsync(request[sent..], SocketFlags.None);
        for (int received = 0; ;)
        {
            if (received == _response.Length)
                Array.Resize(ref _response, 2 * _response.Length);
            int some = await _socket.ReceiveAsync(_response.AsMemory(received), SocketFlags.None);
            if (some == 0)
                throw new IOException("the server closed the connection in the midst of a response");
            received += some;
            if (IsWhole(_response.AsSpan(0, received)))
                return int.Parse(_response.AsSpan(9, 3), CultureInfo.InvariantCulture);
        }
    }

    public void Dispose() => _socket.Dispose();

    private static bool IsWhole(ReadOnlySpan<byte> response)
    {
        int head = response.IndexOf("\r\n\r\n"u8);
        if (head < 0)
            return false;
        ReadOnlySpan<byte> body = response[(head + 4)..], headers = response[..head];
        int at = IndexOf(headers, "\r\ncontent-length: "u8, "\r\nContent-Length: "u8);
        if (at < 0)
            return body.EndsWith("0\r\n\r\n"u8);
        ReadOnlySpan<byte> digits = headers[(at + 18)..];
        int end = digits.IndexOf((byte)'\r');
        return body.Length >= int.Parse(end < 0 ? digits : digits[..end], CultureInfo.InvariantCulture);
    }

    private static int IndexOf(ReadOnlySpan<byte> text, ReadOnlySpan<byte> lower, ReadOnlySpan<byte> upper)
    {
        int at = text.IndexOf(lower);
        return at >= 0 ? at : text.IndexOf(upper);
    }
}
