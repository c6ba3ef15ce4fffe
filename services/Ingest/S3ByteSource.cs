using System.Net;
using System.Net.Sockets;
using Amazon.Runtime;
using Amazon.S3;
using Amazon.S3.Model;
using DaprHep.Data.Objects;
using DaprHep.Root;
using ByteRange = DaprHep.Root.ByteRange;

namespace DaprHep.Ingest;

/// <summary>A ROOT file in an S3 bucket, of which only the ranges read are fetched.</summary>
public sealed class S3ByteSource : RemoteByteSource
{
    private const int OpenAttempts = 4;
    private readonly string _bucket;
    private readonly string _key;

    /// <summary>Opens an object.</summary>
    /// <param name="url"><c>s3://BUCKET/KEY</c>.</param>
    /// <exception cref="RootIOException">It is missing, access is denied, or the store can't be reached.</exception>
    public S3ByteSource(string url)
        : base(url)
    {
        try
        {
            (_bucket, _key) = S3Connection.Parse(url);
        }
        catch (FormatException e)
        {
            throw new RootIOException(e.Message, e);
        }
        Connect();
    }

    /// <summary>Lets <see cref="RootFile.Open(string)"/> understand <c>s3://</c>, and <see cref="RootPaths"/> list buckets.</summary>
    public static void Register() => ByteSources.Register("s3", url => new S3ByteSource(url), new FileListing((start, _) => List(start), HasQueries: false));

    /// <inheritdoc/>
    protected override (byte[] Bytes, long FileLength) FetchOnce(ByteRange range)
    {
        try
        {
            var request = new GetObjectRequest { BucketName = _bucket, Key = _key, ByteRange = new Amazon.S3.Model.ByteRange(range.Offset, range.End - 1) };
            using GetObjectResponse response = S3Retry.RunAsync(
                () => S3Connection.Shared.GetObjectAsync(request), OpenAttempts, CancellationToken.None).GetAwaiter().GetResult();
            long total = long.Parse(response.ContentRange.AsSpan(response.ContentRange.IndexOf('/', StringComparison.Ordinal) + 1));
            var bytes = new byte[(int)Math.Min(range.Length, total - range.Offset)];
            ReadBody(response.ResponseStream, bytes);
            return (bytes, total);
        }
        catch (AmazonS3Exception e) when (e.StatusCode == HttpStatusCode.RequestedRangeNotSatisfiable && Length < 0)
        {
            return ([], 0); // an empty object
        }
        catch (Exception e) when (e is AmazonServiceException or AmazonClientException or HttpRequestException or SocketException)
        {
            // The request has been tried again already.
            throw new RootIOException($"{Name}: {S3Problem.Explain(e)}", e);
        }
    }

    private static List<string> List(string start)
    {
        string[] names = start[(start.IndexOf("://", StringComparison.Ordinal) + 3)..].Split('/', 2);
        try
        {
            var bucket = new S3ObjectStore(S3Connection.Shared, names[0], "");
            return bucket.ListAsync(names.Length > 1 ? names[1] : "").Select(entry => $"{bucket.Url}/{entry.Key}").ToBlockingEnumerable().ToList();
        }
        catch (ObjectStoreException e)
        {
            throw new RootIOException($"{start}: {e.Message}", e);
        }
    }
}
