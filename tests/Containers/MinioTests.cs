using System.Text;
using DaprHep.Data.Objects;
using DotNet.Testcontainers.Builders;
using DotNet.Testcontainers.Containers;

namespace DaprHep.Containers.Tests;

/// <summary>The object store on MinIO as it is shipped.</summary>
public sealed class MinioTests : IAsyncLifetime
{
    private const ushort Port = 9000;
    private const string Key = "daprhep-tests", Secret = "daprhep-tests-secret";

    private readonly IContainer _minio = new ContainerBuilder("minio/minio:RELEASE.2025-09-07T16-13-09Z")
        .WithEnvironment("MINIO_ROOT_USER", Key)
        .WithEnvironment("MINIO_ROOT_PASSWORD", Secret)
        .WithEntrypoint("sh", "-c", "mkdir -p /data/bucket && exec minio server /data")
        .WithPortBinding(Port, assignRandomHostPort: true)
        .WithWaitStrategy(Wait.ForUnixContainer().UntilHttpRequestIsSucceeded(request => request.ForPort(Port).ForPath("/minio/health/ready")))
        .Build();

    public async ValueTask InitializeAsync()
    {
        await _minio.StartAsync();
        Environment.SetEnvironmentVariable("AWS_ENDPOINT_URL_S3", $"http://{_minio.Hostname}:{_minio.GetMappedPublicPort(Port)}");
        Environment.SetEnvironmentVariable("AWS_ACCESS_KEY_ID", Key);
        Environment.SetEnvironmentVariable("AWS_SECRET_ACCESS_KEY", Secret);
    }

    public async ValueTask DisposeAsync() => await _minio.DisposeAsync();

    [Fact]
    public async Task Objects_are_written_once_read_by_ranges_listed_and_deleted()
    {
        CancellationToken cancellation = TestContext.Current.CancellationToken;
        ObjectStore store = ObjectStore.Open("s3://bucket/prefix");
        byte[] content = Encoding.UTF8.GetBytes("what is in it");
        (await store.TryWriteAsync("a/b.json", content, cancellation)).ShouldBeTrue();
        (await store.TryWriteAsync("a/b.json", content, cancellation)).ShouldBeFalse();
        using (ObjectContent range = await store.ReadRangeAsync("a/b.json", 5, 2, cancellation))
            range.Memory.ToArray().ShouldBe(content[5..7]);
        var keys = new List<string>();
        await foreach (ObjectEntry entry in store.ListAsync("a/", cancellation))
            keys.Add(entry.Key);
        keys.ShouldBe(["a/b.json"]);
        await store.DeleteAsync("a/b.json", cancellation);
        (await store.ExistsAsync("a/b.json", cancellation)).ShouldBeFalse();
    }
}
