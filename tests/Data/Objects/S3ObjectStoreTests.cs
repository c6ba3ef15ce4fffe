using System.Net;
using System.Net.Sockets;
using Amazon.Runtime;
using Amazon.S3;
using Amazon.S3.Model;
using DaprHep.Data.Objects;

namespace DaprHep.Data.Tests;

/// <summary>What S3 stores keep to besides.</summary>
public abstract class S3StoreContract : ObjectStoreContract, IDisposable
{
    private readonly AmazonS3Client _client;

    protected S3StoreContract(S3Server server)
    {
        Server = server;
        _client = server.Client();
        Store = new S3ObjectStore(_client, S3Server.Bucket, $"tests/{Guid.NewGuid():N}");
    }

    protected override ObjectStore Store { get; }

    protected AmazonS3Client Client => _client;

    protected S3Server Server { get; }

    public void Dispose()
    {
        _client.Dispose();
        GC.SuppressFinalize(this);
    }

    // With a client of their own: what is known of a bucket is known by client.
    protected async Task<List<string>> RequestsOfTenNewObjectsAsync(string endpoint)
    {
        using AmazonS3Client client = Server.Client(endpoint);
        var requests = new List<string>();
        client.BeforeRequestEvent += (_, e) => requests.Add(((WebServiceRequestEventArgs)e).Request.GetType().Name);
        var store = new S3ObjectStore(client, S3Server.Bucket, Store.Url["s3://events/".Length..]);
        for (int i = 0; i < 10; i++)
            (await store.TryWriteAsync($"new-{i}", new byte[i])).ShouldBeTrue();
        (await store.TryWriteAsync("new-5", new byte[7])).ShouldBeFalse();
        (await BytesAsync("new-5")).Length.ShouldBe(5);
        return requests;
    }

    [Fact]
    public async Task Stores_of_one_bucket_with_other_prefixes_do_not_see_each_other()
    {
        var other = new S3ObjectStore(_client, S3Server.Bucket, Store.Url["s3://events/".Length..] + "-other");
        await other.WriteAsync("k", new byte[] { 1 });
        (await Store.ExistsAsync("k")).ShouldBeFalse();
        (await KeysAsync("")).ShouldBeEmpty();
    }

    [Fact]
    public async Task A_missing_bucket_is_said_to_be_missing()
    {
        var nowhere = new S3ObjectStore(_client, "nowhere", "x");
        foreach (Func<Task> work in (Func<Task>[])
            [() => nowhere.WriteAsync("k", new byte[1]), () => nowhere.ReadAsync("k"), async () => await nowhere.ListAsync("").CountAsync()])
        {
            var e = await Should.ThrowAsync<ObjectStoreException>(work);
            e.Kind.ShouldBe(ObjectStoreProblem.NoStore);
            e.Message.ShouldContain("no such bucket");
            e.Message.ShouldContain("s3://nowhere/x");
        }
    }

    [Fact]
    public async Task An_object_altered_in_the_store_is_found_damaged()
    {
        await Store.WriteAsync("k", new byte[] { 1, 2, 3 });
        GetObjectMetadataResponse head = await _client.GetObjectMetadataAsync(S3Server.Bucket, Store.Url["s3://events/".Length..] + "/k");
        var forged = new PutObjectRequest
        {
            BucketName = S3Server.Bucket,
            Key = Store.Url["s3://events/".Length..] + "/k",
            InputStream = new MemoryStream([1, 2, 4]),
            UseChunkEncoding = false,
        };
        forged.Metadata["sha256"] = head.Metadata["sha256"];
        await _client.PutObjectAsync(forged);
        (await Should.ThrowAsync<ObjectStoreException>(() => Store.ReadAsync("k"))).Kind.ShouldBe(ObjectStoreProblem.Damaged);
    }
}

/// <summary>The contract over Swift, and what s3rver does not do: it knows no list of uploads, and takes any signature.</summary>
public sealed class SwiftObjectStoreTests(Swift server) : S3StoreContract(server), IClassFixture<Swift>
{
    [Fact]
    public async Task Wrong_credentials_are_refused_without_a_word_of_them()
    {
        using var client = new AmazonS3Client(server.AccessKey, "wrongsecret", S3Connection.Configure(server.Endpoint));
        var store = new S3ObjectStore(client, S3Server.Bucket, "x");
        foreach (Func<Task> work in (Func<Task>[])
            [() => store.WriteAsync("k", new byte[1]), () => store.ReadAsync("k"), () => store.ExistsAsync("k"), () => store.DeleteAsync("k")])
        {
            var e = await Should.ThrowAsync<ObjectStoreException>(work);
            e.Kind.ShouldBe(ObjectStoreProblem.Denied);
            e.Message.ShouldContain("AWS_SECRET_ACCESS_KEY");
            e.Message.ShouldNotContain("wrongsecret");
            e.Message.ShouldNotContain(server.AccessKey);
        }
    }

    [Fact]
    public async Task A_store_that_says_it_knows_no_conditions_is_not_told_them_again()
    {
        var requests = await RequestsOfTenNewObjectsAsync(Server.Endpoint);
        requests.Count(request => request == "GetObjectMetadataRequest").ShouldBe(11);
        requests.Count(request => request == "PutObjectRequest").ShouldBe(11);
    }

    [Fact]
    public async Task A_bucket_of_another_region_is_said_to_be_there()
    {
        AmazonS3Config configuration = S3Connection.Configure(server.Endpoint);
        configuration.AuthenticationRegion = "eu-south-7";
        using var client = new AmazonS3Client(server.AccessKey, server.Secret, configuration);
        var store = new S3ObjectStore(client, S3Server.Bucket, "x");
        foreach (Func<Task> work in (Func<Task>[])
            [() => store.TryWriteAsync("k", new byte[1]), () => store.WriteAsync("k", new byte[1]), () => store.ReadAsync("k"), () => store.ExistsAsync("k")])
        {
            var e = await Should.ThrowAsync<ObjectStoreException>(work);
            e.Kind.ShouldBe(ObjectStoreProblem.WrongRegion, e.Message);
            e.Message.ShouldContain("AWS_REGION");
        }
    }

    [Fact]
    public async Task What_is_left_of_an_upload_that_was_killed_is_counted_and_cleared_away()
    {
        // As a killed process leaves it: begun, with a part, and neither completed nor aborted.
        string key = Store.Url["s3://events/".Length..] + "/killed";
        InitiateMultipartUploadResponse begun = await Client.InitiateMultipartUploadAsync(S3Server.Bucket, key);
        await Client.UploadPartAsync(new UploadPartRequest
        {
            BucketName = S3Server.Bucket, Key = key, UploadId = begun.UploadId, PartNumber = 1, InputStream = new MemoryStream(new byte[6 << 20]), UseChunkEncoding = false,
        });
        (await Store.UnfinishedAsync(DateTimeOffset.UtcNow.AddDays(-1), delete: true)).ShouldBe(0, "it may be under way");
        (await Store.UnfinishedAsync(DateTimeOffset.UtcNow.AddDays(1), delete: false)).ShouldBe(1);
        (await Store.UnfinishedAsync(DateTimeOffset.UtcNow.AddDays(1), delete: true)).ShouldBe(1);
        (await UploadsAsync()).ShouldBeEmpty();
    }

    [Fact]
    public async Task An_upload_given_up_leaves_no_parts_in_the_bucket()
    {
        await using (ObjectWriter writer = await Store.CreateAsync("given-up"))
            await writer.Stream.WriteAsync(new byte[20 << 20]);
        (await UploadsAsync()).ShouldNotContain(key => key.EndsWith("given-up", StringComparison.Ordinal));
    }

    [Fact]
    public Task A_listing_goes_on_past_a_thousand_objects() => WholeStoreContract.ListsMoreThanAPageAsync(Store);

    [Fact]
    public Task Of_many_that_write_a_new_object_at_once_one_stays() => WholeStoreContract.KeepsWritersApartAsync(Store, most: 8);

    private async Task<IEnumerable<string>> UploadsAsync()
    {
        ListMultipartUploadsResponse uploads = await Client.ListMultipartUploadsAsync(
            new ListMultipartUploadsRequest { BucketName = S3Server.Bucket, Prefix = Store.Url["s3://events/".Length..] });
        return (uploads.MultipartUploads ?? []).Select(upload => upload.Key);
    }
}

/// <summary>The contract over s3rver, which knows no conditions and writes objects in place.</summary>
public sealed class S3rverObjectStoreTests(S3rver server) : S3StoreContract(server), IClassFixture<S3rver>
{
    protected override bool ReplacesWhole => false;

    [Fact]
    public async Task A_store_that_writes_over_objects_is_asked_first_each_time()
    {
        var requests = await RequestsOfTenNewObjectsAsync(Server.Endpoint);
        requests.Count(request => request == "GetObjectMetadataRequest").ShouldBe(11);
        requests.Count(request => request == "PutObjectRequest").ShouldBe(11);
        (await Store.TryWriteAsync("new-5", new byte[1])).ShouldBeFalse();
    }

    [Fact]
    public async Task A_store_that_refuses_to_write_over_an_object_is_not_asked_first()
    {
        await using ChaosProxy conditional = await ChaosProxy.StartConditionalAsync(Server.Endpoint);
        var requests = await RequestsOfTenNewObjectsAsync(conditional.Endpoint);
        requests.Count(request => request == "GetObjectMetadataRequest").ShouldBe(1 + 1, "one before it is known, and one of what was there");
        requests.Count(request => request == "PutObjectRequest").ShouldBe(12, "one to find out, and one that is refused");
    }

    [Fact]
    public async Task Of_many_that_write_a_new_object_at_once_one_writes_where_the_store_knows_conditions()
    {
        await using ChaosProxy conditional = await ChaosProxy.StartConditionalAsync(Server.Endpoint);
        using AmazonS3Client client = Server.Client(conditional.Endpoint);
        await WholeStoreContract.KeepsWritersApartAsync(new S3ObjectStore(client, S3Server.Bucket, Store.Url["s3://events/".Length..]), most: 1);
    }
}

/// <summary>A store whose clock is two hours ahead.</summary>
public sealed class ClockSkewTests(SwiftAhead server) : IClassFixture<SwiftAhead>
{
    [Fact]
    public async Task Requests_are_signed_by_the_clock_of_the_store()
    {
        using AmazonS3Client client = server.Client();
        var store = new S3ObjectStore(client, S3Server.Bucket, "ahead");
        (await store.TryWriteAsync("k", new byte[] { 1, 2 })).ShouldBeTrue();
        using ObjectContent content = await store.ReadAsync("k");
        content.Memory.ToArray().ShouldBe([1, 2]);
    }
}

/// <summary>What needs no server.</summary>
public sealed class S3ConnectionTests
{
    [Fact]
    public void A_store_is_opened_by_its_url()
    {
        ObjectStore.Open("s3://bucket/some/prefix/").Url.ShouldBe("s3://bucket/some/prefix");
        ObjectStore.Open("s3://bucket").Url.ShouldBe("s3://bucket");
        (ObjectStore store, string key) = ObjectStore.OpenAt("s3://bucket/some/statistics/x.json", segments: 2);
        (store.Url, key).ShouldBe(("s3://bucket/some", "statistics/x.json"));
        Should.Throw<ObjectStoreException>(() => ObjectStore.Open("s3://bucket/a/../b"));
        Should.Throw<ObjectStoreException>(() => ObjectStore.Open("s3://"));
        Should.Throw<ObjectStoreException>(() => ObjectStore.Open("s3:/bucket/x")).Message.ShouldContain("s3://BUCKET");
    }

    [Theory]
    [InlineData("RequestTimeTooSkewed", HttpStatusCode.Forbidden, ObjectStoreProblem.ClockSkew, "clock")]
    [InlineData("NoSuchBucket", HttpStatusCode.NotFound, ObjectStoreProblem.NoStore, "bucket")]
    [InlineData("ExpiredToken", HttpStatusCode.BadRequest, ObjectStoreProblem.Denied, "denied (ExpiredToken)")]
    [InlineData("SlowDown", HttpStatusCode.ServiceUnavailable, ObjectStoreProblem.Failed, "SlowDown, status 503")]
    [InlineData("", HttpStatusCode.Forbidden, ObjectStoreProblem.Denied, "status 403")]
    [InlineData("PermanentRedirect", HttpStatusCode.MovedPermanently, ObjectStoreProblem.WrongRegion, "AWS_REGION")]
    [InlineData("", HttpStatusCode.MethodNotAllowed, ObjectStoreProblem.WrongEndpoint, "AWS_ENDPOINT_URL")]
    public void A_problem_is_told_by_what_to_do(string code, HttpStatusCode status, ObjectStoreProblem kind, string words)
    {
        var e = new AmazonS3Exception("said the store", ErrorType.Sender, code, "request", status);
        S3Problem.KindOf(e).ShouldBe(kind);
        S3Problem.Explain(e).ShouldContain(words);
    }

    [Fact]
    public async Task A_store_that_does_not_answer_is_said_to_be_out_of_reach()
    {
        AmazonS3Config configuration = S3Connection.Configure($"http://127.0.0.1:{LoopbackPort.Free()}");
        configuration.MaxErrorRetry = 0;
        using var client = new AmazonS3Client("key", "secret", configuration);
        var e = await Should.ThrowAsync<ObjectStoreException>(() => new S3ObjectStore(client, "b", "").ExistsAsync("k"));
        e.Kind.ShouldBe(ObjectStoreProblem.Unreachable);
        e.Message.ShouldContain("AWS_ENDPOINT_URL");
    }

    [Fact]
    public async Task A_connection_that_is_reset_as_soon_as_it_is_made_is_made_again()
    {
        AmazonS3Config configuration = S3Connection.Configure($"http://127.0.0.1:{LoopbackPort.Free()}");
        configuration.MaxErrorRetry = 0;
        configuration.HttpClientFactory = new ResetOnce();
        using var client = new AmazonS3Client("key", "secret", configuration);
        (await new S3ObjectStore(client, "b", "").ExistsAsync("k")).ShouldBeFalse();
        S3Problem.Explain(new SocketException((int)SocketError.NotConnected)).ShouldStartWith("the store can't be reached");
    }

    [Fact]
    public void Missing_credentials_are_told_apart_from_a_store_out_of_reach()
    {
        var none = new AmazonClientException("Failed to resolve AWS credentials. The providers returned the following errors:");
        S3Problem.Explain(none).ShouldStartWith("there are no credentials; set AWS_ACCESS_KEY_ID");
        S3Problem.Explain(new HttpRequestException("Connection refused")).ShouldStartWith("the store can't be reached (Connection refused); check AWS_ENDPOINT_URL");
    }

    [Theory]
    [InlineData(200)]
    [InlineData(405)]
    public async Task A_web_page_is_said_to_be_no_store(int status)
    {
        using var page = new HttpListener();
        string endpoint = $"http://127.0.0.1:{LoopbackPort.Free()}";
        page.Prefixes.Add(endpoint + "/");
        page.Start();
        _ = Task.Run(async () =>
        {
            while (page.IsListening)
            {
                using HttpListenerResponse response = (await page.GetContextAsync()).Response;
                response.StatusCode = status;
                response.ContentType = "text/html";
                response.OutputStream.Write("<html><body>Welcome<br></body></html>"u8);
            }
        });
        using var client = new AmazonS3Client("key", "secret", S3Connection.Configure(endpoint));
        var e = await Should.ThrowAsync<ObjectStoreException>(async () => await new S3ObjectStore(client, "b", "").ListAsync("").CountAsync());
        e.Kind.ShouldBe(ObjectStoreProblem.WrongEndpoint, e.ToString());
        e.Message.ShouldContain("AWS_ENDPOINT_URL");
    }

    [Fact]
    public async Task A_store_of_an_unknown_authority_is_refused_at_once_and_what_to_do_is_said()
    {
        using var front = new TlsFront($"http://127.0.0.1:{LoopbackPort.Free()}");
        using var client = new AmazonS3Client("key", "secret", S3Connection.Configure(front.Endpoint));
        var e = await Should.ThrowAsync<ObjectStoreException>(() => new S3ObjectStore(client, "b", "").ExistsAsync("k"));
        e.Kind.ShouldBe(ObjectStoreProblem.Unreachable);
        e.Message.ShouldContain("AWS_CA_BUNDLE");
        e.Message.ShouldContain("certificate");
    }

    // The first request fails as .NET's client lets it fail, the others find no object.
    private sealed class ResetOnce : HttpClientFactory
    {
        private int _requests;

        public override HttpClient CreateHttpClient(IClientConfig clientConfig) => new(new Answers(this));

        private sealed class Answers(ResetOnce factory) : HttpMessageHandler
        {
            protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken) =>
                Interlocked.Increment(ref factory._requests) == 1
                    ? throw new SocketException((int)SocketError.NotConnected)
                    : Task.FromResult(new HttpResponseMessage(HttpStatusCode.NotFound) { RequestMessage = request, Content = new ByteArrayContent([]) });
        }
    }
}
