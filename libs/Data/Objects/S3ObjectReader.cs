using System.Diagnostics;
using System.Net;
using System.Security.Cryptography;
using Amazon.S3;
using Amazon.S3.Model;

namespace DaprHep.Data.Objects;

/// <summary>
/// Reads one whole object by ranges, several at a time: one stream of TCP is bound by the round trip to the store, many are not. A range
/// that breaks off goes on from where it broke. All ranges are of one version of the object.
/// </summary>
internal sealed class S3ObjectReader(AmazonS3Client client, string bucket, string key)
{
    private const int Versions = 3;

    // A body that stands still so long is asked for again.
    private static readonly TimeSpan LongestSilence = TimeSpan.FromSeconds(20);

    /// <summary>Reads the object.</summary>
    /// <exception cref="AmazonS3Exception">The store refuses it.</exception>
    /// <exception cref="InvalidDataException">It is not what was written.</exception>
    public async Task<NativeBuffer> ReadAsync(CancellationToken cancellation)
    {
        for (int version = 1; ; version++)
        {
            try
            {
                return await ReadVersionAsync(cancellation).ConfigureAwait(false);
            }
            catch (AmazonS3Exception e) when (e.StatusCode == HttpStatusCode.PreconditionFailed && version < Versions)
            {
                // It was written anew between two ranges.
            }
            catch (InvalidDataException) when (version < Versions)
            {
                // Damaged on the way, or just being written by a store that does not do that in one step.
                await S3Retry.PauseAsync(version, cancellation).ConfigureAwait(false);
            }
        }
    }

    /// <summary>Reads a range of the object, by one request as long as none breaks off.</summary>
    /// <exception cref="AmazonS3Exception">The store refuses it.</exception>
    /// <exception cref="InvalidDataException">The object ends before the range does.</exception>
    public async Task<NativeBuffer> ReadRangeAsync(long offset, int length, CancellationToken cancellation)
    {
        var buffer = new NativeBuffer(length);
        try
        {
            await CompleteAsync(buffer.Memory, 0, length, 0, null, cancellation, offset).ConfigureAwait(false);
            return buffer;
        }
        catch
        {
            ((IDisposable)buffer).Dispose();
            throw;
        }
    }

    private async Task<NativeBuffer> ReadVersionAsync(CancellationToken cancellation)
    {
        Head head;
        NativeBuffer buffer;
        int read;
        long asked = Stopwatch.GetTimestamp();
        TimeSpan waited, took;
        using (GetObjectResponse? first = await S3Retry.RunAsync(
            () => OpenAsync(0, S3RangePace.ShortestRange, null, cancellation), cancellation).ConfigureAwait(false))
        {
            if (first is null)
                return new NativeBuffer(0);
            waited = Stopwatch.GetElapsedTime(asked);
            head = Head.Of(first);
            if (head.Length > Array.MaxLength)
                throw new InvalidDataException($"has {head.Length:N0} bytes; an object is at most {Array.MaxLength:N0} bytes long");
            buffer = new NativeBuffer((int)head.Length);
            try
            {
                Memory<byte> start = buffer.Memory[..(int)Math.Min(head.Length, S3RangePace.ShortestRange)];
                read = await FillAsync(first, start, cancellation).ConfigureAwait(false);
                took = Stopwatch.GetElapsedTime(asked);
            }
            catch
            {
                ((IDisposable)buffer).Dispose();
                throw;
            }
        }
        try
        {
            int end = Math.Min(buffer.Memory.Length, S3RangePace.ShortestRange);
            await CompleteAsync(buffer.Memory, 0, end, read, head.Version, cancellation).ConfigureAwait(false);
            var pace = new S3RangePace(waited, took, read, TimeProvider.System);
            await ReadRestAsync(buffer.Memory, end, head.Version, pace, cancellation).ConfigureAwait(false);
            if (head.Sha256 is { } written && Convert.ToHexStringLower(SHA256.HashData(buffer.GetSpan())) is var found && found != written)
                throw new InvalidDataException($"SHA-256 is {found}; it was written with {written}: it is damaged, delete it and run again");
            return buffer;
        }
        catch
        {
            ((IDisposable)buffer).Dispose();
            throw;
        }
    }

    // Returns when no range is on its way any more, be it for an error: they write into the buffer.
    private async Task ReadRestAsync(Memory<byte> buffer, int start, string version, S3RangePace pace, CancellationToken cancellation)
    {
        using var failed = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        var underWay = new List<Task<int>>();
        try
        {
            while (start < buffer.Length || underWay.Count > 0)
            {
                while (start < buffer.Length && underWay.Count < pace.Connections)
                {
                    int end = (int)Math.Min(buffer.Length, (long)start + pace.RangeBytes);
                    underWay.Add(ReadPartAsync(buffer, start, end, version, failed.Token));
                    start = end;
                }
                Task<int> here = await Task.WhenAny(underWay).ConfigureAwait(false);
                underWay.Remove(here);
                pace.Arrived(await here.ConfigureAwait(false));
            }
        }
        catch
        {
            await failed.CancelAsync().ConfigureAwait(false);
            await ((Task)Task.WhenAll(underWay)).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            throw;
        }
    }

    private async Task<int> ReadPartAsync(Memory<byte> buffer, int start, int end, string version, CancellationToken cancellation)
    {
        await CompleteAsync(buffer, start, end, 0, version, cancellation).ConfigureAwait(false);
        return end - start;
    }

    // Bytes start + done to end, however often the connection breaks, as long as each attempt brings some.
    // The target begins at byte origin of the object.
    private async Task CompleteAsync(
        Memory<byte> target, int start, int end, int done, string? version, CancellationToken cancellation, long origin = 0)
    {
        for (int attempt = 1; start + done < end; attempt++)
        {
            int position = start + done;
            using GetObjectResponse? response = await S3Retry.RunAsync(
                () => OpenAsync(origin + position, end - position, version, cancellation), cancellation).ConfigureAwait(false);
            if (response is null)
                throw new InvalidDataException($"ends at byte {origin + position:N0} of {origin + target.Length:N0}: it is damaged, delete it and run again");
            int brought = await FillAsync(response, target[position..end], cancellation).ConfigureAwait(false);
            done += brought;
            if (brought > 0)
                attempt = 0;
            else if (attempt >= S3Retry.Attempts)
                throw new IOException($"the store sends no bytes after byte {origin + position:N0} of {origin + target.Length:N0}");
            else
                await S3Retry.PauseAsync(attempt, cancellation).ConfigureAwait(false);
        }
    }

    // Null for a range past the end, which is how an empty object answers.
    private async Task<GetObjectResponse?> OpenAsync(long offset, long length, string? version, CancellationToken cancellation)
    {
        var request = new GetObjectRequest
        {
            BucketName = bucket,
            Key = key,
            ByteRange = new ByteRange(offset, offset + length - 1),
            EtagToMatch = version,
        };
        try
        {
            GetObjectResponse response = await client.GetObjectAsync(request, cancellation).ConfigureAwait(false);
            bool partial = response.ContentRange is { Length: > 0 } range && range.StartsWith($"bytes {offset}-", StringComparison.Ordinal);
            if (offset == 0 || partial)
                return response;
            response.Dispose();
            throw new InvalidDataException("the store does not answer range requests");
        }
        catch (AmazonS3Exception e) when (e.StatusCode == HttpStatusCode.RequestedRangeNotSatisfiable)
        {
            return null;
        }
    }

    // As much of the body as comes; what is missing is asked for again.
    private static async Task<int> FillAsync(GetObjectResponse response, Memory<byte> target, CancellationToken cancellation)
    {
        int done = 0;
        using var silence = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        try
        {
            while (done < target.Length)
            {
                silence.CancelAfter(LongestSilence);
                int count = await response.ResponseStream.ReadAsync(target[done..], silence.Token).ConfigureAwait(false);
                if (count == 0)
                    break;
                done += count;
            }
        }
        catch (Exception e) when (e is IOException or HttpRequestException
            || (e is OperationCanceledException && !cancellation.IsCancellationRequested))
        {
            return done;
        }
        return done;
    }

    /// <summary>What the first answer says of the whole object.</summary>
    private readonly record struct Head(long Length, string Version, string? Sha256)
    {
        public static Head Of(GetObjectResponse response)
        {
            long length = response.ContentRange is { Length: > 0 } range
                ? long.Parse(range.AsSpan(range.IndexOf('/', StringComparison.Ordinal) + 1), System.Globalization.CultureInfo.InvariantCulture)
                : response.ContentLength;
            string? sha256 = response.Metadata[S3ObjectWriter.DigestName];
            return new Head(length, response.ETag, string.IsNullOrEmpty(sha256) ? null : sha256);
        }
    }
}
