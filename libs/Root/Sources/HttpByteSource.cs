using System.Net;
using System.Net.Http.Headers;

namespace DaprHep.Root;

/// <summary>A file behind an HTTP server that answers range requests.</summary>
internal sealed class HttpByteSource : RemoteByteSource
{
    private static readonly Lazy<HttpClient> Client = new(() => new HttpClient(new ResetConnectionHandler(HandlerFor(ByteSources.Access)))
    {
        Timeout = TimeSpan.FromSeconds(100),
    });

    private readonly Uri _uri;

    public HttpByteSource(string url)
        : base(url)
    {
        if (!Uri.TryCreate(url, UriKind.Absolute, out _uri!))
            throw new RootIOException($"{Name}: not a valid URL");
        Connect();
    }

    /// <summary>
    /// How files are fetched under a rule. Where there is one no proxy is asked: it would look up names, and connect, by itself.
    /// </summary>
    internal static SocketsHttpHandler HandlerFor(InputAccess access) => new()
    {
        PooledConnectionLifetime = TimeSpan.FromMinutes(5),
        AutomaticDecompression = DecompressionMethods.None,
        UseProxy = !access.IsLimited,
        ConnectCallback = access.IsLimited ? access.ConnectAsync : null,
    };

    protected override (byte[] Bytes, long FileLength) FetchOnce(ByteRange range)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, _uri);
        request.Headers.Range = new RangeHeaderValue(range.Offset, range.End - 1);
        using var response = Send(request);
        if (response.StatusCode == HttpStatusCode.RequestedRangeNotSatisfiable && Length < 0)
            return ([], 0); // an empty file
        response.EnsureSuccessStatusCode();
        var content = response.Content.Headers.ContentRange;
        if (response.StatusCode != HttpStatusCode.PartialContent || content?.Length is not { } total || content.From != range.Offset)
            throw new RootIOException($"{Name}: the server does not answer range requests; download the file and give its path");
        var bytes = new byte[(int)Math.Min(range.Length, total - range.Offset)];
        using var stream = response.Content.ReadAsStream();
        ReadBody(stream, bytes);
        return (bytes, total);
    }

    /// <summary>A whole file.</summary>
    /// <param name="url">The file.</param>
    /// <param name="longest">Bytes at most.</param>
    /// <exception cref="RootIOException">It can't be had, or is longer.</exception>
    /// <exception cref="InputRefusedException">This process may not read it.</exception>
    public static byte[] Download(string url, int longest)
    {
        ByteSources.Access.Check(url);
        try
        {
            using var limit = new CancellationTokenSource(Client.Value.Timeout);
            using var request = new HttpRequestMessage(HttpMethod.Get, url);
            using var response = Send(request, limit.Token);
            response.EnsureSuccessStatusCode();
            response.Content.LoadIntoBufferAsync(longest, limit.Token).GetAwaiter().GetResult();
            using var content = new MemoryStream();
            response.Content.ReadAsStream(limit.Token).CopyTo(content);
            return content.ToArray();
        }
        catch (Exception e) when (e is HttpRequestException or IOException or OperationCanceledException or UriFormatException)
        {
            throw new RootIOException($"{ByteSources.NameOf(url)}: cannot be read: {e.Message}", e);
        }
    }

    // A refusal comes out of the client as a failed connection, which would be tried again.
    private static HttpResponseMessage Send(HttpRequestMessage request, CancellationToken cancellation = default)
    {
        try
        {
            return Client.Value.Send(request, HttpCompletionOption.ResponseHeadersRead, cancellation);
        }
        catch (HttpRequestException e) when (e.InnerException is InputRefusedException refused)
        {
            throw refused;
        }
    }
}
