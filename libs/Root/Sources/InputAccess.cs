using System.Net;
using System.Net.Sockets;

namespace DaprHep.Root;

/// <summary>
/// Which paths and URLs a process opens. A service opens what its callers name, so it must not become their way to what only it can reach:
/// its own disk, the cluster's network, the cloud's metadata. The rule holds for what a name resolves to and for every redirect, because it
/// is asked once more where connections are made.
/// </summary>
public sealed class InputAccess
{
    /// <summary>Environment variable: schemes that may be opened, joined with commas; <c>file</c> stands for paths, too.</summary>
    public const string SchemesVariable = "DAPRHEP_INPUT_SCHEMES";

    /// <summary>
    /// Environment variable: hosts (for <c>s3</c>, buckets) that alone may be opened, joined with commas; <c>*.cern.ch</c> stands for all
    /// below. Those named may have any address.
    /// </summary>
    public const string HostsVariable = "DAPRHEP_INPUT_HOSTS";

    /// <summary>Everything, as for a person on a machine of their own.</summary>
    public const string Everything = "*";

    private const string DefaultSchemes = "https,http,s3";
    private readonly string[] _schemes;
    private readonly string[] _hosts;

    private InputAccess(string[] schemes, string[] hosts)
    {
        _schemes = schemes;
        _hosts = hosts;
    }

    /// <summary>No limits.</summary>
    public static InputAccess Unlimited { get; } = new([Everything], []);

    /// <summary>Whether anything is refused.</summary>
    public bool IsLimited => !_schemes.Contains(Everything);

    /// <summary>Reads the rule from what the variables say.</summary>
    /// <param name="schemes">Of <see cref="SchemesVariable"/>; null or empty for https, http and s3; <c>*</c> for no limits.</param>
    /// <param name="hosts">Of <see cref="HostsVariable"/>; null or empty for any whose addresses are public.</param>
    public static InputAccess From(string? schemes, string? hosts) =>
        new(Split(string.IsNullOrWhiteSpace(schemes) ? DefaultSchemes : schemes), Split(hosts ?? ""));

    /// <summary>Refuses what can be told from the text: scheme, host, a private address, a password.</summary>
    /// <param name="pathOrUrl">Path or URL.</param>
    /// <exception cref="InputRefusedException">It may not be opened.</exception>
    public void Check(string pathOrUrl)
    {
        if (!IsLimited)
            return;
        var at = pathOrUrl.IndexOf("://", StringComparison.Ordinal);
        var scheme = at <= 0 ? "file" : pathOrUrl[..at].ToLowerInvariant();
        var name = ByteSources.NameOf(pathOrUrl);
        if (!_schemes.Contains(scheme))
        {
            var what = at <= 0 ? "paths" : $"scheme '{scheme}'";
            throw new InputRefusedException(
                $"{name}: {what} may not be read here; allowed: {string.Join(", ", _schemes)} ({SchemesVariable})");
        }
        if (scheme == "file")
            return;
        if (!Uri.TryCreate(pathOrUrl, UriKind.Absolute, out var url))
            throw new InputRefusedException($"{name}: not a valid URL");
        if (url.UserInfo.Length > 0)
            throw new InputRefusedException($"{name}: has a password in it; credentials belong to the service's environment");

        // An XRootD client follows redirects by itself, to wherever the server says: only servers that are trusted with it.
        CheckHost(url.IdnHost, mustBeListed: scheme == "root", name);
        if (scheme is "http" or "https" && !IsListed(url.IdnHost))
            CheckLiteral(url, name);
    }

    /// <summary>Connects for an HTTP client: to addresses that have been looked at, never by name again.</summary>
    /// <param name="context">What is to be connected to: the URL's host, or that of a redirect.</param>
    /// <param name="cancellation">Ends the attempt.</param>
    /// <exception cref="InputRefusedException">The host is not allowed, or has an address that is not public.</exception>
    public async ValueTask<Stream> ConnectAsync(SocketsHttpConnectionContext context, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(context);
        var end = context.DnsEndPoint;
        var addresses = await Dns.GetHostAddressesAsync(end.Host, cancellation).ConfigureAwait(false);
        if (IsLimited)
        {
            CheckHost(end.Host, mustBeListed: false, end.Host);
            if (!IsListed(end.Host) && Array.Find(addresses, address => !PublicAddress.Is(address)) is { } inner)
                throw Refused(end.Host, inner);
        }
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            await socket.ConnectAsync(addresses, end.Port, cancellation).ConfigureAwait(false);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    private static InputRefusedException Refused(string name, IPAddress address) => new(
        $"{name}: {address} is a private, local or reserved address; a host that may be read all the same must be in {HostsVariable}");

    private static void CheckLiteral(Uri url, string name)
    {
        if (url.IsLoopback)
            throw Refused(name, IPAddress.Loopback);
        if (IPAddress.TryParse(url.IdnHost, out var address) && !PublicAddress.Is(address))
            throw Refused(name, address);
    }

    private void CheckHost(string host, bool mustBeListed, string name)
    {
        if ((mustBeListed || _hosts.Length > 0) && !IsListed(host))
            throw new InputRefusedException($"{name}: '{host}' is not among the hosts that may be read; {HostsVariable} lists them");
    }

    private bool IsListed(string host) => Array.Exists(_hosts, listed => listed.StartsWith("*.", StringComparison.Ordinal)
        ? host.EndsWith(listed[1..], StringComparison.OrdinalIgnoreCase)
        : host.Equals(listed, StringComparison.OrdinalIgnoreCase));

    private static string[] Split(string list) =>
        list.ToLowerInvariant().Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
}
