using System.Net;
using System.Net.Sockets;
using DaprHep.Cli.Stack;

namespace DaprHep.Tests;

/// <summary>
/// Ports for the servers that tests start, each given once while the test program runs, to whichever program asks: one that nothing listens
/// at may be that of a server which starts, or starts again.
/// </summary>
internal static class LoopbackPort
{
    // Below the system's own range, where a connection of any program may take a port before the server listens, or while it is down;
    // and below the range that the local stack chooses from.
    private const int First = 10_000;
    private const int End = 20_000;

    /// <summary>So many ports that nothing listens at.</summary>
    public static int[] Free(int count) => [.. Enumerable.Range(0, count).Select(_ => Free())];

    /// <summary>A port that nothing listens at.</summary>
    public static int Free()
    {
        while (true)
        {
            int port = Random.Shared.Next(First, End);
            if (!PortClaims.TryClaim(port))
                continue;
            try
            {
                using var listener = new TcpListener(IPAddress.Loopback, port);
                listener.Start();
                return port;
            }
            catch (SocketException)
            {
                // Taken; another.
            }
        }
    }
}
