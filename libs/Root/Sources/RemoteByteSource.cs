using System.Net;

namespace DaprHep.Root;

/// <summary>
/// A file behind a service that answers range requests. Only the ranges read are fetched, small ones with a little more; announced ranges
/// that lie close together are fetched as one. What was fetched is kept up to 64 MiB.
/// </summary>
public abstract class RemoteByteSource : IByteSource
{
    private const int MinimumRequest = 8 << 10;
    private const int ParallelRequests = 4;
    private const int Attempts = 3;
    private const long CacheBytes = 64 << 20;

    // A body that stands still so long is asked for again.
    private static readonly TimeSpan LongestSilence = TimeSpan.FromSeconds(20);

    private readonly Lock _gate = new();
    private readonly LinkedList<(long Offset, byte[] Bytes)> _cache = [];
    private long _cachedBytes;

    /// <summary>Names the source; <see cref="Connect"/> has to follow.</summary>
    /// <param name="url">The URL as given.</param>
    protected RemoteByteSource(string url) => Name = ByteSources.NameOf(url);

    /// <inheritdoc/>
    public string Name { get; }

    /// <summary>Bytes in the file; −1 until the first answer.</summary>
    public long Length { get; private set; } = -1;

    /// <inheritdoc/>
    public bool IsRemote => true;

    /// <inheritdoc/>
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

    /// <inheritdoc/>
    public void Prefetch(IReadOnlyList<ByteRange> ranges)
    {
        var missing = RangeMerger.Merge(ranges.Where(r => r.Offset >= 0 && r.End <= Length && !Holds(r)));
        var options = new ParallelOptions { MaxDegreeOfParallelism = ParallelRequests };
        Parallel.ForEach(missing, options, range => Keep(range.Offset, Fetch(range).Bytes));
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Dispose(true);
        GC.SuppressFinalize(this);
    }

    /// <summary>Fetches the beginning of the file, and with it its length.</summary>
    /// <exception cref="RootIOException">The file cannot be had.</exception>
    protected void Connect()
    {
        var (start, length) = Fetch(new ByteRange(0, MinimumRequest));
        Length = length;
        Keep(0, start);
    }

    /// <summary>Fetches a range; what of it lies past the end of the file is left out.</summary>
    /// <param name="range">The bytes wanted.</param>
    /// <returns>The bytes and the length of the whole file.</returns>
    /// <exception cref="HttpRequestException">The request failed; it is tried again unless the status says that this is of no use.</exception>
    /// <exception cref="IOException">The connection broke; the request is tried again.</exception>
    /// <exception cref="RootIOException">The file cannot be had; final.</exception>
    protected abstract (byte[] Bytes, long FileLength) FetchOnce(ByteRange range);

    /// <summary>Reads the body of an answer.</summary>
    /// <param name="body">The body.</param>
    /// <param name="bytes">Filled completely.</param>
    /// <exception cref="HttpIOException">It ends early or stands still.</exception>
    protected static void ReadBody(Stream body, byte[] bytes)
    {
        using var silence = new CancellationTokenSource();
        for (var done = 0; done < bytes.Length;)
        {
            silence.CancelAfter(LongestSilence);
            try
            {
                var count = body.ReadAsync(bytes.AsMemory(done), silence.Token).AsTask().GetAwaiter().GetResult();
                if (count == 0)
                    throw new HttpIOException(HttpRequestError.ResponseEnded, $"the answer ends after {done} of {bytes.Length} bytes");
                done += count;
            }
            catch (OperationCanceledException e)
            {
                throw new HttpIOException(HttpRequestError.ResponseEnded, $"the answer stands still after {done} of {bytes.Length} bytes", e);
            }
        }
    }

    /// <summary>Gives back what the source holds.</summary>
    /// <param name="disposing">False when called by a finalizer.</param>
    protected virtual void Dispose(bool disposing)
    {
        lock (_gate)
            _cache.Clear();
    }

    private bool Holds(ByteRange range)
    {
        lock (_gate)
            return _cache.Any(c => range.Offset >= c.Offset && range.End <= c.Offset + c.Bytes.Length);
    }

    private bool TryCopy(long offset, Span<byte> destination)
    {
        lock (_gate)
        {
            foreach (var (start, bytes) in _cache)
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
        lock (_gate)
        {
            _cache.AddFirst((offset, bytes));
            _cachedBytes += bytes.Length;
            while (_cachedBytes > CacheBytes && _cache.Count > 1)
            {
                _cachedBytes -= _cache.Last!.Value.Bytes.Length;
                _cache.RemoveLast();
            }
        }
    }

    private (byte[] Bytes, long FileLength) Fetch(ByteRange range)
    {
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                var (bytes, length) = FetchOnce(range);
                if (Length >= 0 && length != Length)
                    throw new RootIOException($"{Name}: changed from {Length} to {length} bytes while it was read");
                return (bytes, length);
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
}
