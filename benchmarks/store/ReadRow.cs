using System.Diagnostics;
using Amazon.S3;
using Amazon.S3.Model;
using DaprHep.Data.Objects;

namespace DaprHep.Benchmarks.Store;

/// <summary>A large object from a distant store: by one GetObject, and as the product reads it.</summary>
internal static class ReadRow
{
    private const string Key = "read/large";

    /// <summary>Writes the object.</summary>
    public static async Task WriteAsync(StoreServer server, long bytes)
    {
        using AmazonS3Client client = server.Client(server.Port);
        byte[] block = new byte[1 << 20];
        new Random(1).NextBytes(block);
        await using ObjectWriter writer = await new S3ObjectStore(client, StoreServer.Bucket, "").CreateAsync(Key);
        for (long written = 0; written < bytes; written += block.Length)
            await writer.Stream.WriteAsync(block);
        await writer.CommitAsync();
    }

    /// <summary>Seconds by one stream, and by ranges.</summary>
    public static async Task<(double Stream, double Ranges)> MeasureAsync(StoreServer server, int port, long bytes)
    {
        using AmazonS3Client client = server.Client(port);
        long started = Stopwatch.GetTimestamp();
        using (GetObjectResponse response = await client.GetObjectAsync(StoreServer.Bucket, Key))
            await response.ResponseStream.CopyToAsync(Stream.Null, 1 << 20);
        double stream = Stopwatch.GetElapsedTime(started).TotalSeconds;

        started = Stopwatch.GetTimestamp();
        using ObjectContent content = await new S3ObjectStore(client, StoreServer.Bucket, "").ReadAsync(Key);
        if (content.Memory.Length != bytes)
            throw new InvalidOperationException($"read {content.Memory.Length:N0} bytes of {bytes:N0}");
        return (stream, Stopwatch.GetElapsedTime(started).TotalSeconds);
    }
}
