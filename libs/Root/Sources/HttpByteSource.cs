using System.Net;
using System.Net.Http.Headers;

namespace DaprHep.Root;

/// <summary>
/// A file behind an HTTP server that answers range requests. Only the ranges read are fetched, small ones with a little more.
/// </summary>
internal sealed class HttpByteSource : IByteSource
{
    private const int MinimumRequest = 8 << 10;
    private const int ParallelRequests = 4;
    private const int Attempts = 3;
    private const long CacheBytes = 64 << 20;

    private static readonly HttpClient Client = new(new SocketsHttpHandler
    {
        PooledConnectionLifetime = TimeSpan.FromMinutes(5),
        AutomaticDecompression = DecompressionMethods.None,
    })
    {
        Timeout = TimeSpan.FromSeconds(100),
    };

    private readonly Lock gate = new();
    private readonly LinkedList<(long Offset, byte[] Bytes)> cache = [];
    private readonly Uri uri;
    private long cachedBytes;

    public HttpByteSource(string url)
    {
        Name = url;
        if (!Uri.TryCreate(url, UriKind.Absolute, out uri!))
            throw new RootIOException($"{url}: not a valid URL");
        Length = -1;
        var (start, length) = Fetch(new ByteRange(0, MinimumRequest));
        Length = length;
        Keep(0, start);
    }

    public string Name { get; }

    public long Length { get; }

    public bool IsRemote => true;

    public void Read(long offset, Span<byte> destination)
    {
        if (offset < 0 || offset > Length - destination.Length)
            throw new RootIOException($"{Name}: ends at byte {Length}, before the {destination.Length} bytes asked for at {offset}");
        if (TryCopy(offset, destination))
            return;
        var length = (int)Math.Min(Math.Max(destination.Length, MinimumRequest), Length - offset);
        var (bytes, _) = Fetch(new ByteRange(offset, length));
        bytes.AsSpan(0, destination.Length).CopyTo(destination);
        Keep(offset, bytes);
    }

    public void Prefetch(IReadOnlyList<ByteRange> ranges)
    {
        var missing = RangeMerger.Merge(ranges.Where(r => r.Offset >= 0 && r.End <= Length && !Holds(r)));
        var options = new ParallelOptions { MaxDegreeOfParallelism = ParallelRequests };
        Parallel.ForEach(missing, options, range => Keep(range.Offset, Fetch(range).Bytes));
    }

    public void Dispose()
    {
        lock (gate)
            cache.Clear();
    }

    private bool Holds(ByteRange range)
    {
        lock (gate)
            return cache.Any(c => range.Offset >= c.Offset && range.End <= c.Offset + c.Bytes.Length);
    }

    private bool TryCopy(long offset, Span<byte> destination)
    {
        lock (gate)
        {
            foreach (var (start, bytes) in cache)
            {
                if (offset < start || offset + destination.Length > start + bytes.Length)
                    continue;
                bytes.AsSpan((int)(offset - start), destination.Length).CopyTo(destination);
                return true;
            }
        }
        return false;
    }

    private void Keep(long offset, byte[] bytes)
    {
        lock (gate)
        {
            cache.AddFirst((offset, bytes));
            cachedBytes += bytes.Length;
            while (cachedBytes > CacheBytes && cache.Count > 1)
            {
                cachedBytes -= cache.Last!.Value.Bytes.Length;
                cache.RemoveLast();
            }
        }
    }

    private (byte[] Bytes, long FileLength) Fetch(ByteRange range)
    {
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                return FetchOnce(range);
            }
            catch (Exception e) when (e is HttpRequestException or IOException or TaskCanceledException)
            {
                var status = (e as HttpRequestException)?.StatusCode;
                if (attempt == Attempts || status is >= HttpStatusCode.BadRequest and < HttpStatusCode.InternalServerError)
                    throw new RootIOException($"{Name}: cannot fetch bytes {range.Offset} to {range.End}: {e.Message}", e);
                Thread.Sleep(100 << attempt);
            }
        }
    }

    private (byte[] Bytes, long FileLength) FetchOnce(ByteRange range)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, uri);
        request.Headers.Range = new RangeHeaderValue(range.Offset, range.End - 1);
        using var response = Client.Send(request, HttpCompletionOption.ResponseHeadersRead);
        if (response.StatusCode == HttpStatusCode.RequestedRangeNotSatisfiable && Length < 0)
            return ([], 0); // an empty file
        response.EnsureSuccessStatusCode();
        var content = response.Content.Headers.ContentRange;
        if (response.StatusCode != HttpStatusCode.PartialContent || content?.Length is not { } total || content.From != range.Offset)
            throw new RootIOException($"{Name}: the server does not answer range requests; download the file and give its path");
        if (Length >= 0 && total != Length)
            throw new RootIOException($"{Name}: changed from {Length} to {total} bytes while it was read");
        var expected = (int)Math.Min(range.Length, total - range.Offset);
        var bytes = new byte[expected];
        using var stream = response.Content.ReadAsStream();
        stream.ReadExactly(bytes);
        return (bytes, total);
    }
}
