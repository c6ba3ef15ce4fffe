using System.Net;
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
    private static readonly Lazy<AmazonS3Client> Client = new(S3Connection.Open);
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

    /// <summary>Lets <see cref="RootFile.Open(string)"/> understand <c>s3://</c>.</summary>
    public static void Register() => ByteSources.Register("s3", url => new S3ByteSource(url));

    /// <inheritdoc/>
    protected override (byte[] Bytes, long FileLength) FetchOnce(ByteRange range)
    {
        try
        {
            var request = new GetObjectRequest { BucketName = _bucket, Key = _key, ByteRange = new Amazon.S3.Model.ByteRange(range.Offset, range.End - 1) };
            using GetObjectResponse response = Client.Value.GetObjectAsync(request).GetAwaiter().GetResult();
            long total = long.Parse(response.ContentRange.AsSpan(response.ContentRange.IndexOf('/', StringComparison.Ordinal) + 1));
            var bytes = new byte[(int)Math.Min(range.Length, total - range.Offset)];
            response.ResponseStream.ReadExactly(bytes);
            return (bytes, total);
        }
        catch (AmazonS3Exception e) when (e.StatusCode == HttpStatusCode.RequestedRangeNotSatisfiable && Length < 0)
        {
            return ([], 0); // an empty object
        }
        catch (AmazonS3Exception e)
        {
            throw new RootIOException($"{Name}: {Explain(e)}", e);
        }
        catch (Exception e) when (e is AmazonClientException or HttpRequestException) // the client has tried again already
        {
            throw new RootIOException(
                $"{Name}: the store can't be reached or there are no credentials ({e.Message}); "
                + "set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, and AWS_ENDPOINT_URL for a store other than AWS",
                e);
        }
    }

    private static string Explain(AmazonS3Exception e) => e.ErrorCode switch
    {
        "NoSuchBucket" => "no such bucket; check the name and AWS_ENDPOINT_URL",
        "NoSuchKey" => "no such object; check the key",
        "AccessDenied" or "InvalidAccessKeyId" or "SignatureDoesNotMatch" =>
            $"access denied ({e.ErrorCode}); check AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY",
        "RequestTimeTooSkewed" => "this machine's clock differs from the store's by too much; set the clock",
        _ => $"{e.Message} ({e.ErrorCode}, status {(int)e.StatusCode})",
    };
}
