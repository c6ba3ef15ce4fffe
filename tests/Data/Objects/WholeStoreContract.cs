using DaprHep.Data.Objects;

namespace DaprHep.Data.Tests;

/// <summary>What every store keeps to that is meant for more than trying things out.</summary>
public static class WholeStoreContract
{
    /// <summary>s3rver fails to list the second page under newer versions of Node.js.</summary>
    public static async Task ListsMoreThanAPageAsync(ObjectStore store)
    {
        string[] keys = [.. Enumerable.Range(0, 1010).Select(i => $"many/{i:D5}")];
        await Parallel.ForEachAsync(keys, async (key, cancellation) => await store.WriteAsync(key, new byte[1], cancellation));
        (await store.ListAsync("many/").Select(entry => entry.Key).ToListAsync()).ShouldBe(keys);
    }

    /// <summary>
    /// s3rver mixes the data of one writer with the metadata of another. Swift asks the condition when a write begins, so that of several
    /// that begin at once more than one may be done, one after the other.
    /// </summary>
    public static async Task KeepsWritersApartAsync(ObjectStore store, int most)
    {
        byte[][] contents = [.. Enumerable.Range(0, 8).Select(i => Enumerable.Repeat((byte)i, 50_000 + i).ToArray())];
        bool[] written = await Task.WhenAll(contents.Select(content => Task.Run(() => store.TryWriteAsync("contended", content))));
        written.Count(ours => ours).ShouldBeInRange(1, most);
        using ObjectContent found = await store.ReadAsync("contended");
        byte[] bytes = found.Memory.ToArray();
        contents.Where((_, writer) => written[writer]).ShouldContain(content => content.SequenceEqual(bytes));
    }
}
