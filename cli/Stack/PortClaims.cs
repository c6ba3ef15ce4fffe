using System.Globalization;
using System.Net.Sockets;

namespace DaprHep.Cli.Stack;

/// <summary>
/// Ports that programs have chosen for processes which do not listen yet, or are about to be started again; nobody else who asks is given
/// them. A claim is a socket of an abstract name (unix(7)), which lives where ports do, in the network's name space, and ends with its
/// program, however that ends.
/// </summary>
internal static class PortClaims
{
    private static readonly List<Socket> Held = [];

    /// <summary>Claims a port until the program ends.</summary>
    /// <returns>Whether nobody had.</returns>
    public static bool TryClaim(int port)
    {
        var claim = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            claim.Bind(new UnixDomainSocketEndPoint($"\0daprhep-port-{port.ToString(CultureInfo.InvariantCulture)}"));
        }
        catch (SocketException e) when (e.SocketErrorCode == SocketError.AddressAlreadyInUse)
        {
            claim.Dispose();
            return false;
        }
        lock (Held)
            Held.Add(claim);
        return true;
    }
}
