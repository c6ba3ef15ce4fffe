using Amazon.S3;
using DaprHep.Data.Objects;

namespace DaprHep.Data.Tests;

/// <summary>A store behind a network in trouble: everything is done, once, and nothing is damaged.</summary>
public sealed class ChaosTests(Swift server) : IClassFixture<Swift>
{
    private const int Small = 40;
    private const int Large = (8 << 20) * 2 + 4321;

    [Fact]
    public async Task Whatever_happens_on_the_way_objects_are_written_read_listed_and_deleted()
    {
        const int Seed = 1;
        await using ChaosProxy chaos = await ChaosProxy.StartAsync(server.Endpoint, Seed);
        using AmazonS3Client client = server.Client(chaos.Endpoint), direct = server.Client();
        string prefix = $"chaos/{Guid.NewGuid():N}";
        ObjectStore troubled = new S3ObjectStore(client, S3Server.Bucket, prefix), sound = new S3ObjectStore(direct, S3Server.Bucket, prefix);

        var contents = new Dictionary<string, byte[]> { ["large-0"] = Bytes(Large, Seed), ["large-1"] = Bytes(Large, Seed + 1) };
        for (int i = 0; i < Small; i++)
            contents[$"small-{i:D2}"] = Bytes(i * 317, Seed + i);
        await Parallel.ForEachAsync(contents, async (content, cancellation) =>
        {
            // Each is new, so each first writer must learn that it was he, whatever became of the answer.
            (await troubled.TryWriteAsync(content.Key, content.Value, cancellation)).ShouldBeTrue(content.Key);
        });
        await Parallel.ForEachAsync(contents, async (content, _) =>
        {
            (await ReadAsync(sound, content.Key)).SequenceEqual(content.Value).ShouldBeTrue(content.Key);
            (await ReadAsync(troubled, content.Key)).SequenceEqual(content.Value).ShouldBeTrue(content.Key);
        });
        (await troubled.TryWriteAsync("small-05", new byte[1])).ShouldBeFalse();
        (await troubled.ListAsync("").Select(entry => entry.Key).ToListAsync()).ShouldBe(contents.Keys.Order(StringComparer.Ordinal));
        await Parallel.ForEachAsync(contents.Keys, async (key, cancellation) => await troubled.DeleteAsync(key, cancellation));
        (await sound.ListAsync("").CountAsync()).ShouldBe(0);
        foreach (Fault fault in Enum.GetValues<Fault>())
            chaos.Done.GetValueOrDefault(fault).ShouldBeGreaterThan(0, $"{fault} did not happen");
    }

    private static async Task<byte[]> ReadAsync(ObjectStore store, string key)
    {
        using ObjectContent content = await store.ReadAsync(key);
        return content.Memory.ToArray();
    }

    private static byte[] Bytes(int length, int seed)
    {
        byte[] bytes = new byte[length];
        new Random(seed).NextBytes(bytes);
        return bytes;
    }
}
