using System.Buffers;
using System.Net;
using System.Security.Cryptography;
using Amazon.S3;
using Amazon.S3.Model;

namespace DaprHep.Data.Objects;

/// <summary>
/// Writes one object: by a single request where it is small, else by parts of 8 MiB, of which three at most are on their way at a time;
/// what is written waits for them, so memory stays within four parts. The object appears with the last request, whole.
/// </summary>
/// <param name="store">The store, for errors.</param>
/// <param name="key">The object's key in the store.</param>
/// <param name="name">Its key in the bucket.</param>
internal sealed class S3ObjectWriter(S3ObjectStore store, string key, string name) : ObjectWriter
{
    /// <summary>Metadata with the SHA-256 of an object that was written by one request.</summary>
    public const string DigestName = "sha256";

    // Metadata by which a writer whose last request was answered by silence finds out whether it was done.
    private const string WriterName = "writer";
    private const int PartBytes = 8 << 20;
    private const int PartsOnTheirWay = 3;

    // An object so small may be written twice to find out what the store does with conditions.
    private const int LongestTrial = 256 << 10;

    private readonly string _id = Guid.NewGuid().ToString("N");
    private readonly List<Task<PartETag>> _parts = [];
    private readonly SemaphoreSlim _free = new(PartsOnTheirWay);
    private readonly CancellationTokenSource _abandoned = new();
    private byte[] _part = [];
    private int _filled;
    private string? _upload;
    private Task<string>? _starting;
    private bool _committed;
    private PartStream? _stream;

    /// <inheritdoc/>
    public override Stream Stream => _stream ??= new PartStream(this);

    /// <inheritdoc/>
    public override async Task CommitAsync(CancellationToken cancellation = default) =>
        await store.GuardAsync(key, () => FinishAsync(onlyNew: false, cancellation)).ConfigureAwait(false);

    /// <inheritdoc/>
    public override async Task<bool> TryCommitAsync(CancellationToken cancellation = default) => await store.GuardAsync(key, async () =>
    {
        // A store that does not know the condition is asked first. Uploads by parts always do: stores that know it for small objects
        // may not know it for them.
        bool look = store.Conditions.Refuses != true || _parts.Count > 0;
        // The last part is on its way meanwhile.
        if (_parts.Count > 0 && _filled > 0)
            await SendAsync(cancellation).ConfigureAwait(false);
        if (look && await store.WriterOfAsync(name, cancellation).ConfigureAwait(false) is not null)
            return false;
        bool written = await FinishAsync(onlyNew: true, cancellation).ConfigureAwait(false);
        if (written && store.Conditions.Refuses is null && _parts.Count == 0 && _filled <= LongestTrial)
            store.Conditions.Refuses = await IsRefusedAsync(cancellation).ConfigureAwait(false);
        return written;
    }).ConfigureAwait(false);

    /// <inheritdoc/>
    public override async ValueTask DisposeAsync()
    {
        await _abandoned.CancelAsync().ConfigureAwait(false);
        await ((Task)Task.WhenAll(_parts)).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (_starting is not null)
            await ((Task)_starting).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (!_committed && _starting is { IsCompletedSuccessfully: true })
            await store.AbortAsync(name, await _starting.ConfigureAwait(false)).ConfigureAwait(false);
        Return(ref _part);
        _free.Dispose();
        _abandoned.Dispose();
    }

    private async Task<bool> FinishAsync(bool onlyNew, CancellationToken cancellation)
    {
        bool ours = await (_parts.Count == 0 ? PutAsync(onlyNew, cancellation) : CompleteAsync(onlyNew, cancellation)).ConfigureAwait(false);
        _committed = ours || _parts.Count == 0;
        return ours;
    }

    private Task<bool> PutAsync(bool onlyNew, CancellationToken cancellation)
    {
        string sha256 = Sha256 ?? Convert.ToHexStringLower(SHA256.HashData(_part.AsSpan(0, _filled)));
        return CommitOnceAsync(onlyNew, condition => store.Client.PutObjectAsync(PutRequest(sha256, condition), cancellation), cancellation);
    }

    // The object that was just written is written once more, with the same bytes, so that nothing changes where that is not refused.
    private async Task<bool?> IsRefusedAsync(CancellationToken cancellation)
    {
        string sha256 = Convert.ToHexStringLower(SHA256.HashData(_part.AsSpan(0, _filled)));
        try
        {
            await store.Client.PutObjectAsync(PutRequest(sha256, "*"), cancellation).ConfigureAwait(false);
            return false;
        }
        catch (AmazonS3Exception e) when (e.StatusCode == HttpStatusCode.PreconditionFailed)
        {
            return true;
        }
        catch (AmazonS3Exception e) when (e.StatusCode == HttpStatusCode.NotImplemented)
        {
            return false;
        }
        catch (Exception e) when (S3Problem.MayPass(e) && !cancellation.IsCancellationRequested)
        {
            return null;
        }
    }

    private PutObjectRequest PutRequest(string sha256, string? condition)
    {
        var request = new PutObjectRequest
        {
            BucketName = store.Bucket,
            Key = name,
            InputStream = new MemoryStream(_part, 0, _filled, writable: false),
            UseChunkEncoding = false,
            DisablePayloadSigning = store.IsEncrypted,
            IfNoneMatch = condition,
        };
        request.Metadata[DigestName] = sha256;
        request.Metadata[WriterName] = _id;
        return request;
    }

    private async Task<bool> CompleteAsync(bool onlyNew, CancellationToken cancellation)
    {
        if (_filled > 0)
            await SendAsync(cancellation).ConfigureAwait(false);
        PartETag[] parts = await Task.WhenAll(_parts).ConfigureAwait(false);
        return await CommitOnceAsync(onlyNew, async condition =>
        {
            CompleteMultipartUploadResponse response = await store.Client.CompleteMultipartUploadAsync(
                new CompleteMultipartUploadRequest
                {
                    BucketName = store.Bucket,
                    Key = name,
                    UploadId = _upload,
                    PartETags = [.. parts],
                    IfNoneMatch = condition,
                },
                cancellation).ConfigureAwait(false);
            // A store that fails after it has begun to answer says so in the body of a good answer.
            if (string.IsNullOrEmpty(response.ETag))
                throw new HttpRequestException("the store did not complete the upload");
        }, cancellation).ConfigureAwait(false);
    }

    // The request that makes the object appear. When its answer is lost, the next attempt finds the upload gone or the name taken, by us.
    private async Task<bool> CommitOnceAsync(bool onlyNew, Func<string?, Task> commit, CancellationToken cancellation)
    {
        string? condition = onlyNew && store.Conditions.Refuses != false ? "*" : null;
        return await S3Retry.RunAsync(
            async () =>
            {
                try
                {
                    await commit(condition).ConfigureAwait(false);
                    return true;
                }
                catch (AmazonS3Exception e) when (e.StatusCode == HttpStatusCode.NotImplemented && condition is not null)
                {
                    condition = null;
                    store.Conditions.Refuses = false;
                    await commit(null).ConfigureAwait(false);
                    return true;
                }
                catch (AmazonS3Exception e) when (e.StatusCode == HttpStatusCode.PreconditionFailed || e.ErrorCode == "NoSuchUpload")
                {
                    if (await store.WriterOfAsync(name, cancellation).ConfigureAwait(false) == _id)
                        return true;
                    if (e.StatusCode == HttpStatusCode.PreconditionFailed && onlyNew)
                        return false;
                    throw;
                }
            },
            cancellation).ConfigureAwait(false);
    }

    private void Write(ReadOnlySpan<byte> bytes)
    {
        while (bytes.Length > 0)
        {
            int count = Fill(bytes);
            bytes = bytes[count..];
            // The Arrow writer is synchronous; the parts go out on other threads, so waiting here cannot block them.
            if (_filled == PartBytes)
                store.GuardAsync(key, () => SendAsync(CancellationToken.None)).GetAwaiter().GetResult();
        }
    }

    private async ValueTask WriteAsync(ReadOnlyMemory<byte> bytes, CancellationToken cancellation)
    {
        while (bytes.Length > 0)
        {
            int count = Fill(bytes.Span);
            bytes = bytes[count..];
            if (_filled == PartBytes)
                await store.GuardAsync(key, () => SendAsync(cancellation)).ConfigureAwait(false);
        }
    }

    private int Fill(ReadOnlySpan<byte> bytes)
    {
        int count = Math.Min(bytes.Length, PartBytes - _filled);
        int needed = _filled + count;
        if (needed > _part.Length)
        {
            // Most objects are small: the buffer grows with them.
            byte[] larger = ArrayPool<byte>.Shared.Rent(Math.Min(PartBytes, Math.Max(needed, _part.Length * 4)));
            _part.AsSpan(0, _filled).CopyTo(larger);
            Return(ref _part);
            _part = larger;
        }
        bytes[..count].CopyTo(_part.AsSpan(_filled));
        _filled = needed;
        return count;
    }

    /// <summary>Gives the part that is full to another thread, once one of those under way is done.</summary>
    private async Task<bool> SendAsync(CancellationToken cancellation)
    {
        await _free.WaitAsync(cancellation).ConfigureAwait(false);
        foreach (Task<PartETag> sent in _parts.Where(part => part.IsFaulted))
            await sent.ConfigureAwait(false);
        _upload = await (_starting ??= StartAsync()).ConfigureAwait(false);
        (byte[] content, int length, int number) = (_part, _filled, _parts.Count + 1);
        (_part, _filled) = ([], 0);
        _parts.Add(Task.Run(() => SendPartAsync(content, length, number), CancellationToken.None));
        return true;
    }

    private async Task<string> StartAsync()
    {
        var request = new InitiateMultipartUploadRequest { BucketName = store.Bucket, Key = name };
        request.Metadata[WriterName] = _id;
        InitiateMultipartUploadResponse response = await S3Retry.RunAsync(
            () => store.Client.InitiateMultipartUploadAsync(request, _abandoned.Token), _abandoned.Token).ConfigureAwait(false);
        return response.UploadId;
    }

    private async Task<PartETag> SendPartAsync(byte[] content, int length, int number)
    {
        try
        {
            UploadPartResponse response = await S3Retry.RunAsync(
                () => store.Client.UploadPartAsync(
                    new UploadPartRequest
                    {
                        BucketName = store.Bucket,
                        Key = name,
                        UploadId = _upload,
                        PartNumber = number,
                        PartSize = length,
                        InputStream = new MemoryStream(content, 0, length, writable: false),
                        UseChunkEncoding = false,
                        DisablePayloadSigning = store.IsEncrypted,
                    },
                    _abandoned.Token),
                _abandoned.Token).ConfigureAwait(false);
            return new PartETag(number, response.ETag);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(content);
            _free.Release();
        }
    }

    private static void Return(ref byte[] buffer)
    {
        if (buffer.Length > 0)
            ArrayPool<byte>.Shared.Return(buffer);
        buffer = [];
    }

    /// <summary>The end of the writer that takes bytes.</summary>
    private sealed class PartStream(S3ObjectWriter writer) : Stream
    {
        private long _position;

        public override bool CanRead => false;

        // Arrow's file writer insists, but only asks for the position.
        public override bool CanSeek => true;

        public override bool CanWrite => true;

        public override long Length => _position;

        public override long Position
        {
            get => _position;
            set => throw new NotSupportedException();
        }

        public override void Write(byte[] buffer, int offset, int count) => Write(buffer.AsSpan(offset, count));

        public override void Write(ReadOnlySpan<byte> buffer)
        {
            writer.Write(buffer);
            _position += buffer.Length;
        }

        public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
        {
            await writer.WriteAsync(buffer, cancellationToken).ConfigureAwait(false);
            _position += buffer.Length;
        }

        public override Task WriteAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
            WriteAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

        public override void Flush()
        {
            // Parts go out when they are full; nothing is visible before the commit anyway.
        }

        public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();
    }
}
