using Amazon.Runtime;
using Amazon.S3;

namespace DaprHep.Data.Objects;

/// <summary>
/// Clients of S3 stores (AWS, MinIO, Ceph), set up by what every AWS tool understands: <c>AWS_ENDPOINT_URL_S3</c> or <c>AWS_ENDPOINT_URL</c>,
/// <c>AWS_REGION</c>, and credentials from the environment, the shared files or the instance's role.
/// </summary>
public static class S3Connection
{
    private const string DefaultRegion = "us-east-1";

    /// <summary>Opens a client. Stores other than AWS are addressed by path, because their buckets have no host names.</summary>
    /// <exception cref="AmazonClientException">There are no credentials.</exception>
    public static AmazonS3Client Open()
    {
        string? endpoint = Variable("AWS_ENDPOINT_URL_S3") ?? Variable("AWS_ENDPOINT_URL");
        var configuration = new AmazonS3Config { MaxErrorRetry = 3, RetryMode = RequestRetryMode.Standard };
        if (endpoint is not null)
        {
            configuration.ServiceURL = endpoint;
            configuration.ForcePathStyle = true;
            configuration.AuthenticationRegion = Variable("AWS_REGION") ?? Variable("AWS_DEFAULT_REGION") ?? DefaultRegion;
        }
        return new AmazonS3Client(configuration);
    }

    /// <summary>Bucket and key of <c>s3://BUCKET/KEY</c>.</summary>
    /// <exception cref="FormatException">The URL is not of that form.</exception>
    public static (string Bucket, string Key) Parse(string url)
    {
        const string Scheme = "s3://";
        int slash = url.StartsWith(Scheme, StringComparison.OrdinalIgnoreCase) ? url.IndexOf('/', Scheme.Length) : -1;
        if (slash <= Scheme.Length || slash == url.Length - 1)
            throw new FormatException($"{url}: expected s3://BUCKET/KEY");
        return (url[Scheme.Length..slash], url[(slash + 1)..]);
    }

    private static string? Variable(string name) => Environment.GetEnvironmentVariable(name) is { Length: > 0 } value ? value : null;
}
