using System.Net;
using System.Net.Sockets;
using System.Runtime.CompilerServices;
using Amazon.S3;
using Amazon.S3.Model;

namespace DaprHep.Data.Objects;

/// <summary>Objects of an S3 bucket below a prefix. A write appears whole with its last request; reads after it see it.</summary>
public sealed class S3ObjectStore : ObjectStore
{
    private const string WriterName = "writer";
    private const int LongestKey = 1024;
    private readonly string _prefix;

    /// <summary>Opens a store; no request is made.</summary>
    /// <param name="client">The client; it is not disposed of here.</param>
    /// <param name="bucket">The bucket.</param>
    /// <param name="prefix">What all keys begin with; empty for none.</param>
    /// <exception cref="ObjectStoreException">The prefix is no key.</exception>
    public S3ObjectStore(AmazonS3Client client, string bucket, string prefix)
    {
        ArgumentNullException.ThrowIfNull(client);
        Client = client;
        Bucket = bucket;
        string trimmed = prefix.Trim('/');
        Url = trimmed.Length == 0 ? $"s3://{bucket}" : $"s3://{bucket}/{trimmed}";
        if (bucket.Length == 0 || trimmed.Length > 0 && !IsKey(trimmed))
            throw new ObjectStoreException(Url, "", "expected s3://BUCKET or s3://BUCKET/PREFIX, without empty names, '.' and '..'");
        _prefix = trimmed.Length == 0 ? "" : trimmed + "/";
        Conditions = S3Conditions.Of(client, bucket);
    }

    /// <inheritdoc/>
    public override string Url { get; }

    internal AmazonS3Client Client { get; }

    internal string Bucket { get; }

    internal S3Conditions Conditions { get; }

    /// <summary>Whether TLS sees to it that bodies arrive as they were sent; else their digest is signed.</summary>
    internal bool IsEncrypted => Client.Config.ServiceURL is { } url
        ? url.StartsWith("https:", StringComparison.OrdinalIgnoreCase)
        : !Client.Config.UseHttp;

    /// <inheritdoc/>
    public override Task<bool> ExistsAsync(string key, CancellationToken cancellation = default) =>
        GuardAsync(key, async () => await WriterOfAsync(NameOf(key), cancellation).ConfigureAwait(false) is not null);

    /// <inheritdoc/>
    public override Task<ObjectContent> ReadAsync(string key, CancellationToken cancellation = default)
    {
        var reader = new S3ObjectReader(Client, Bucket, NameOf(key));
        return GuardAsync(key, async () =>
        {
            NativeBuffer buffer = await reader.ReadAsync(cancellation).ConfigureAwait(false);
            return new ObjectContent(buffer.Memory, buffer, isInPlace: false);
        });
    }

    /// <inheritdoc/>
    public override Task<ObjectContent> ReadRangeAsync(string key, long offset, int length, CancellationToken cancellation = default)
    {
        var reader = new S3ObjectReader(Client, Bucket, NameOf(key));
        return GuardAsync(key, async () =>
        {
            NativeBuffer buffer = await reader.ReadRangeAsync(offset, length, cancellation).ConfigureAwait(false);
            return new ObjectContent(buffer.Memory, buffer, isInPlace: false);
        });
    }

    /// <inheritdoc/>
    public override Task<ObjectWriter> CreateAsync(string key, CancellationToken cancellation = default) =>
        Task.FromResult<ObjectWriter>(new S3ObjectWriter(this, key, NameOf(key)));

    /// <inheritdoc/>
    public override Task DeleteAsync(string key, CancellationToken cancellation = default)
    {
        string name = NameOf(key);
        return GuardAsync(key, () => S3Retry.RunAsync(
            async () =>
            {
                try
                {
                    return await Client.DeleteObjectAsync(Bucket, name, cancellation).ConfigureAwait(false);
                }
                catch (AmazonS3Exception e) when (S3Problem.KindOf(e) == ObjectStoreProblem.NoObject)
                {
                    return null;
                }
            },
            cancellation));
    }

    /// <inheritdoc/>
    public override async IAsyncEnumerable<ObjectEntry> ListAsync(
        string prefix, [EnumeratorCancellation] CancellationToken cancellation = default)
    {
        // Each page begins after the last key of the one before, which, unlike a server's token, stays good when the server restarts.
        var request = new ListObjectsV2Request { BucketName = Bucket, Prefix = _prefix + prefix };
        while (true)
        {
            ListObjectsV2Response page = await GuardAsync(
                prefix, () => S3Retry.RunAsync(() => Client.ListObjectsV2Async(request, cancellation), cancellation)).ConfigureAwait(false);
            foreach (S3Object found in page.S3Objects ?? [])
            {
                DateTime modified = found.LastModified ?? DateTime.UtcNow;
                yield return new ObjectEntry(found.Key[_prefix.Length..], found.Size ?? 0, modified.ToUniversalTime());
            }
            if (page.IsTruncated != true || page.S3Objects is not [.., var last])
                yield break;
            request.StartAfter = last.Key;
        }
    }

    /// <inheritdoc/>
    public override Task<int> UnfinishedAsync(DateTimeOffset before, bool delete, CancellationToken cancellation = default) => GuardAsync("", async () =>
    {
        int count = 0;
        var request = new ListMultipartUploadsRequest { BucketName = Bucket, Prefix = _prefix };
        while (true)
        {
            ListMultipartUploadsResponse page;
            try
            {
                page = await S3Retry.RunAsync(() => Client.ListMultipartUploadsAsync(request, cancellation), cancellation).ConfigureAwait(false);
            }
            catch (AmazonS3Exception e) when (e.StatusCode == HttpStatusCode.NotImplemented)
            {
                return count;
            }
            foreach (MultipartUpload upload in page.MultipartUploads ?? [])
            {
                if (upload.Initiated?.ToUniversalTime() >= before.UtcDateTime)
                    continue;
                count++;
                if (delete)
                    await AbortAsync(upload.Key, upload.UploadId).ConfigureAwait(false);
            }
            if (page.IsTruncated != true)
                return count;
            (request.KeyMarker, request.UploadIdMarker) = (page.NextKeyMarker, page.NextUploadIdMarker);
        }
    });

    /// <summary>Who wrote an object, empty where that is not known; null where there is none.</summary>
    internal Task<string?> WriterOfAsync(string name, CancellationToken cancellation) => S3Retry.RunAsync(
        async () =>
        {
            try
            {
                return await HeadAsync(name, cancellation).ConfigureAwait(false);
            }
            catch (AmazonS3Exception e) when (e.StatusCode is HttpStatusCode.BadRequest or HttpStatusCode.MovedPermanently or HttpStatusCode.Forbidden)
            {
                // Answers to HEAD have no body. That of another request says why; where the clock was wrong, the client has it right then.
                await Client.ListObjectsV2Async(
                    new ListObjectsV2Request { BucketName = Bucket, Prefix = name, MaxKeys = 1 }, cancellation).ConfigureAwait(false);
                return await HeadAsync(name, cancellation).ConfigureAwait(false);
            }
        },
        cancellation);

    private async Task<string?> HeadAsync(string name, CancellationToken cancellation)
    {
        try
        {
            GetObjectMetadataResponse head = await Client.GetObjectMetadataAsync(Bucket, name, cancellation).ConfigureAwait(false);
            return head.Metadata[WriterName] ?? "";
        }
        catch (AmazonS3Exception e) when (e.StatusCode == HttpStatusCode.NotFound && e.ErrorCode != "NoSuchBucket")
        {
            return null;
        }
    }

    /// <summary>Takes back the parts of an upload; that it can't be done does not matter to whoever gives up.</summary>
    internal async Task AbortAsync(string name, string upload)
    {
        try
        {
            await Client.AbortMultipartUploadAsync(Bucket, name, upload).ConfigureAwait(false);
        }
        catch (Exception e) when (IsOfTheStore(e))
        {
            // Garbage collection finds it.
        }
    }

    /// <summary>Turns what the client complains of into an error that names the object and says what to do.</summary>
    internal async Task<T> GuardAsync<T>(string key, Func<Task<T>> work)
    {
        try
        {
            return await work().ConfigureAwait(false);
        }
        catch (InvalidDataException e)
        {
            throw new ObjectStoreException(Url, key, e.Message, e, ObjectStoreProblem.Damaged);
        }
        catch (Exception e) when (S3Problem.IsFull(e))
        {
            throw new StoreFullException(Url, key, S3Problem.ExplainFull(e), e);
        }
        catch (Exception e) when (IsOfTheStore(e))
        {
            ObjectStoreProblem kind = S3Problem.KindOf(e);
            bool ofStore = kind is not (ObjectStoreProblem.NoObject or ObjectStoreProblem.Failed);
            throw new ObjectStoreException(Url, ofStore ? "" : key, S3Problem.Explain(e), e, kind);
        }
    }

    private static bool IsOfTheStore(Exception e) => e is AmazonS3Exception or Amazon.Runtime.AmazonServiceException
        or Amazon.Runtime.AmazonClientException or HttpRequestException or SocketException or IOException or TimeoutException
        or System.Xml.XmlException || e is TaskCanceledException { InnerException: TimeoutException };

    private string NameOf(string key)
    {
        if (!IsKey(key) || System.Text.Encoding.UTF8.GetByteCount(_prefix + key) > LongestKey)
        {
            throw new ObjectStoreException(
                Url, key, $"not a valid key; expected names joined with single '/', without '.' and '..', of {LongestKey} bytes at most");
        }
        return _prefix + key;
    }
}
