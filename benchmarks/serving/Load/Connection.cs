using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace DaprHep.Benchmarks.Serving.Load;

/// <summary>One keep-alive connection that sends prepared requests and reads whole responses, with as little work as can be.</summary>
internal sealed class Connection : IDisposable
{
    private readonly Uri _server;
    private readonly Epoll _epoll;
    private readonly int _tag;
    private Socket _socket;
    private byte[] _response = new byte[1 << 14];
    private byte[] _request = [];
    private int _sent;
    private int _received;

    /// <param name="server">The server.</param>
    /// <param name="epoll">What waits for it.</param>
    /// <param name="tag">Its number there.</param>
    public Connection(Uri server, Epoll epoll, int tag)
    {
        (_server, _epoll, _tag) = (server, epoll, tag);
        _socket = Open();
    }

    /// <summary>Which request it waits for; −1 for none.</summary>
    public int Request { get; private set; } = -1;

    /// <summary>Sends a request.</summary>
    /// <param name="index">Its number.</param>
    /// <param name="request">Its bytes.</param>
    public void Ask(int index, byte[] request)
    {
        (Request, _request, _sent, _received) = (index, request, 0, 0);
        Send();
    }

    /// <summary>Goes on where it can.</summary>
    /// <returns>The response's status when it is whole; 0 until then.</returns>
    public int Continue()
    {
        if (Request < 0)
        {
            Renew();
            return 0;
        }
        Send();
        while (true)
        {
            if (_received == _response.Length)
                Array.Resize(ref _response, 2 * _response.Length);
            int some = Epoll.Receive(Descriptor, _response.AsSpan(_received));
            if (some < 0)
                return 0;
            if (some == 0)
                throw new IOException("the server closed the connection in the midst of a response");
            _received += some;
            if (!IsWhole(_response.AsSpan(0, _received)))
                continue;
            Request = -1;
            return int.Parse(_response.AsSpan(9, 3), CultureInfo.InvariantCulture);
        }
    }

    public void Dispose() => _socket.Dispose();

    private int Descriptor => (int)_socket.Handle;

    private Socket Open()
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        socket.Connect(IPAddress.Parse(_server.Host), _server.Port);
        socket.Blocking = false;
        _epoll.Watch(socket, _tag);
        return socket;
    }

    // A server ends connections that nobody has used for minutes.
    private void Renew()
    {
        if (Epoll.Receive(Descriptor, _response) != 0)
            return;
        _socket.Dispose();
        _socket = Open();
    }

    private void Send()
    {
        while (_sent < _request.Length)
        {
            int some = Epoll.Send(Descriptor, _request.AsSpan(_sent));
            if (some < 0)
                return;
            _sent += some;
        }
    }

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
