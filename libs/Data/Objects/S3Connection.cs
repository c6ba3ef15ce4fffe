using System.Security.Cryptography.X509Certificates;
using Amazon;
using Amazon.Runtime;
using Amazon.S3;

namespace DaprHep.Data.Objects;

/// <summary>
/// Clients of S3 stores (AWS, MinIO, Ceph, Swift), set up by what every AWS tool understands: <c>AWS_ENDPOINT_URL_S3</c> or
/// <c>AWS_ENDPOINT_URL</c>, <c>AWS_REGION</c>, <c>AWS_CA_BUNDLE</c>, and credentials from the environment, the shared files or the
/// instance's role. <c>DAPRHEP_S3_ADDRESSING</c> is <c>path</c> or <c>virtual</c>, where the default (virtual hosts on AWS, paths
/// elsewhere, because buckets have no host names there) does not fit.
/// </summary>
public static class S3Connection
{
    private const string DefaultRegion = "us-east-1";
    private const string Scheme = "s3://";
    private const int BodyPiece = 256 << 10;

    private static readonly Lazy<AmazonS3Client> LazyShared = new(Open);

    /// <summary>The client of this process: its connections and credentials are kept between requests.</summary>
    public static AmazonS3Client Shared => LazyShared.Value;

    /// <summary>Opens a client.</summary>
    /// <exception cref="ObjectStoreException">A variable says something that can't be.</exception>
    public static AmazonS3Client Open() => new(Configure(Variable("AWS_ENDPOINT_URL_S3") ?? Variable("AWS_ENDPOINT_URL")));

    /// <summary>The settings of a client of the store at <paramref name="endpoint"/>, or of AWS where there is none.</summary>
    /// <param name="endpoint">For instance <c>http://127.0.0.1:9000</c>.</param>
    /// <exception cref="ObjectStoreException">A variable says something that can't be.</exception>
    public static AmazonS3Config Configure(string? endpoint)
    {
        string? region = Variable("AWS_REGION") ?? Variable("AWS_DEFAULT_REGION");
        var configuration = new AmazonS3Config
        {
            RetryMode = RequestRetryMode.Standard,
            // Once, with the clock put right where that was the trouble; S3Retry does the rest.
            MaxErrorRetry = 1,
            ConnectTimeout = TimeSpan.FromSeconds(10),
            Timeout = TimeSpan.FromSeconds(100),
            // Each piece of a body is a call of the system here and an event at the store.
            BufferSize = BodyPiece,
            // Bodies go with their length and signed SHA-256, which stores check; not every store knows the newer checksums.
            RequestChecksumCalculation = RequestChecksumCalculation.WHEN_REQUIRED,
            ResponseChecksumValidation = ResponseChecksumValidation.WHEN_REQUIRED,
        };
        if (endpoint is not null)
        {
            bool isUrl = Uri.TryCreate(endpoint, UriKind.Absolute, out Uri? url) && url.Scheme is "http" or "https";
            if (!isUrl)
                throw new ObjectStoreException("s3", "", "AWS_ENDPOINT_URL is no URL; expected for instance http://127.0.0.1:9000");
            configuration.ServiceURL = endpoint;
            configuration.AuthenticationRegion = region ?? DefaultRegion;
        }
        else
        {
            configuration.RegionEndpoint = region is not null
                ? RegionEndpoint.GetBySystemName(region)
                : FallbackRegionFactory.GetRegionEndpoint() ?? RegionEndpoint.GetBySystemName(DefaultRegion);
        }
        configuration.ForcePathStyle = Variable("DAPRHEP_S3_ADDRESSING") switch
        {
            "path" => true,
            "virtual" => false,
            null => endpoint is not null,
            var other => throw new ObjectStoreException("s3", "", $"DAPRHEP_S3_ADDRESSING is '{other}'; expected path or virtual"),
        };
        if (Variable("AWS_CA_BUNDLE") is { } authorities)
            configuration.HttpClientFactory = new TrustingHttpClients(Authorities(authorities), configuration);
        return configuration;
    }

    /// <summary>Bucket and key of <c>s3://BUCKET/KEY</c>.</summary>
    /// <exception cref="FormatException">The URL is not of that form.</exception>
    public static (string Bucket, string Key) Parse(string url)
    {
        int slash = url.StartsWith(Scheme, StringComparison.OrdinalIgnoreCase) ? url.IndexOf('/', Scheme.Length) : -1;
        if (slash <= Scheme.Length || slash == url.Length - 1)
            throw new FormatException($"{url}: expected s3://BUCKET/KEY");
        return (url[Scheme.Length..slash], url[(slash + 1)..]);
    }

    private static string? Variable(string name) => Environment.GetEnvironmentVariable(name) is { Length: > 0 } value ? value : null;

    private static X509Certificate2Collection Authorities(string path)
    {
        var certificates = new X509Certificate2Collection();
        try
        {
            certificates.ImportFromPemFile(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or System.Security.Cryptography.CryptographicException)
        {
            throw new ObjectStoreException("s3", "", $"AWS_CA_BUNDLE {path} can't be read ({e.Message}); expected a file of PEM certificates", e);
        }
        return certificates.Count > 0
            ? certificates
            : throw new ObjectStoreException("s3", "", $"AWS_CA_BUNDLE {path} holds no certificate; expected a file of PEM certificates");
    }

    /// <summary>HTTP clients that trust the given authorities instead of the system's.</summary>
    private sealed class TrustingHttpClients(X509Certificate2Collection authorities, AmazonS3Config configuration) : HttpClientFactory
    {
        public override HttpClient CreateHttpClient(IClientConfig clientConfig)
        {
            var policy = new X509ChainPolicy { TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck };
            policy.CustomTrustStore.AddRange(authorities);
            var handler = new SocketsHttpHandler
            {
                AllowAutoRedirect = false,
                ConnectTimeout = configuration.ConnectTimeout ?? Timeout.InfiniteTimeSpan,
            };
            handler.SslOptions.CertificateChainPolicy = policy;
            return new HttpClient(handler) { Timeout = configuration.Timeout ?? Timeout.InfiniteTimeSpan };
        }
    }
}
