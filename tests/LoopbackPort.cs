using System.Net;
using System.Net.Sockets;

namespace DaprHep.Tests;

/// <summary>Ports for the servers that tests start.</summary>
internal static class LoopbackPort
{
    // Below the system's own range, where a connection of any program may take a port before the server listens, or while it is down;
    // and below the range that the local stack chooses from.
    private const int First = 10_000;
    private const int End = 20_000;

    /// <summary>So many ports that nothing listens at, none of them twice.</summary>
    public static int[] Free(int count)
    {
        var ports = new HashSet<int>();
        while (ports.Count < count)
            ports.Add(Free());
        return [.. ports];
    }

    /// <summary>A port that nothing listens at.</summary>
    public static int Free()
    {
        while (true)
        {
            try
            {
                using var listener = new TcpListener(IPAddress.Loopback, Random.Shared.Next(First, End));
                listener.Start();
                return ((IPEndPoint)listener.LocalEndpoint).Port;
            }
            catch (SocketException)
            {
                // Taken; another.
            }
        }
    }
}
