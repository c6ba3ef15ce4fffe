using System.Net;
using Amazon.S3;
using Amazon.S3.Model;
using DaprHep.Data.Objects;

namespace DaprHep.Data.Tests;

/// <summary>A bucket without room is told as a full disk is.</summary>
public sealed class FullBucketTests(Swift server) : IClassFixture<Swift>
{
    [Theory]
    [InlineData("QuotaExceeded", 403)]
    [InlineData("XMinioStorageFull", 507)]
    [InlineData("EntityTooLarge", 413)]
    [InlineData("", 507)]
    public async Task A_refusal_for_want_of_room_is_told_at_once(string code, int status)
    {
        int requests = 0;
        using var full = new HttpListener();
        string endpoint = $"http://127.0.0.1:{LoopbackPort.Free()}";
        full.Prefixes.Add(endpoint + "/");
        full.Start();
        _ = Task.Run(async () =>
        {
            while (full.IsListening)
            {
                HttpListenerContext context = await full.GetContextAsync();
                await context.Request.InputStream.CopyToAsync(Stream.Null);
                Interlocked.Increment(ref requests);
                using HttpListenerResponse response = context.Response;
                bool begins = context.Request.HttpMethod == "POST" && context.Request.Url!.Query.Contains("uploads", StringComparison.Ordinal);
                response.StatusCode = begins ? 200 : context.Request.HttpMethod == "DELETE" ? 204 : status;
                response.ContentType = "application/xml";
                if (begins)
                    response.OutputStream.Write("<InitiateMultipartUploadResult><UploadId>1</UploadId></InitiateMultipartUploadResult>"u8);
                else if (response.StatusCode == status && code.Length > 0)
                    response.OutputStream.Write(System.Text.Encoding.UTF8.GetBytes($"<Error><Code>{code}</Code><Message>no room left.</Message></Error>"));
            }
        });
        using var client = new AmazonS3Client("key", "secret", S3Connection.Configure(endpoint));
        var store = new S3ObjectStore(client, "b", "");
        var small = await Should.ThrowAsync<StoreFullException>(() => store.WriteAsync("small", new byte[10]));
        small.Message.ShouldContain("the bucket is full or its quota is used up");
        small.Message.ShouldContain("./daprhep gc");
        requests.ShouldBe(1, "trying again does not help");
        var large = await Should.ThrowAsync<StoreFullException>(() => store.WriteAsync("large", new byte[20 << 20]));
        large.Message.ShouldContain("object large in s3://b");
    }

    [Fact]
    public async Task A_quota_of_Swift_is_told_as_a_full_bucket_and_leaves_no_object()
    {
        using AmazonS3Client client = server.Client();
        await client.PutBucketAsync(new PutBucketRequest { BucketName = "narrow" });
        using var http = new HttpClient();
        using var login = new HttpRequestMessage(HttpMethod.Get, $"{server.Endpoint}/auth/v1.0");
        login.Headers.Add("X-Auth-User", server.AccessKey);
        login.Headers.Add("X-Auth-Key", server.Secret);
        using HttpResponseMessage known = await http.SendAsync(login, TestContext.Current.CancellationToken);
        string account = server.AccessKey.Split(':')[0];
        using var limit = new HttpRequestMessage(HttpMethod.Post, $"{server.Endpoint}/v1/AUTH_{account}/narrow");
        limit.Headers.Add("X-Auth-Token", known.Headers.GetValues("X-Auth-Token"));
        limit.Headers.Add("X-Container-Meta-Quota-Bytes", "100000");
        (await http.SendAsync(limit, TestContext.Current.CancellationToken)).EnsureSuccessStatusCode();

        var store = new S3ObjectStore(client, "narrow", "");
        await store.WriteAsync("fits", new byte[1000], TestContext.Current.CancellationToken);
        await Should.ThrowAsync<StoreFullException>(() => store.WriteAsync("does-not", new byte[200_000]));
        (await store.ExistsAsync("does-not", TestContext.Current.CancellationToken)).ShouldBeFalse();
        (await store.ExistsAsync("fits", TestContext.Current.CancellationToken)).ShouldBeTrue();
    }
}
