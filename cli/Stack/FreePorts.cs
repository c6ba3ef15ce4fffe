using System.Net;
using System.Net.Sockets;

namespace DaprHep.Cli.Stack;

/// <summary>Ports of this machine, each held until all are chosen and claimed for longer, so that none is given twice.</summary>
internal sealed class FreePorts : IDisposable
{
    private const int First = 20_000;
    private const int End = 32_768;
    private const int Attempts = 100;
    private readonly List<TcpListener> _held = [];

    /// <summary>
    /// A free port. One from the system's own range may be gone again, to a connection of any program, before the process listens on it.
    /// </summary>
    public int Any()
    {
        for (int attempt = 1; ; attempt++)
        {
            int port = attempt < Attempts ? Random.Shared.Next(First, End) : 0;
            if (port > 0 && !PortClaims.TryClaim(port))
                continue;
            try
            {
                return Hold(port);
            }
            catch (SocketException) when (attempt < Attempts)
            {
                // Taken; another.
            }
        }
    }

    /// <summary>That port.</summary>
    /// <exception cref="SocketException">It is taken, or may not be used.</exception>
    public int Hold(int port)
    {
        var listener = new TcpListener(IPAddress.Loopback, port);
        listener.Start();
        _held.Add(listener);
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    /// <summary>Whether something listens at a port.</summary>
    public static bool Answers(int port)
    {
        using var client = new TcpClient();
        try
        {
            client.Connect(IPAddress.Loopback, port);
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }

    public void Dispose()
    {
        foreach (TcpListener listener in _held)
            listener.Dispose();
    }
}
