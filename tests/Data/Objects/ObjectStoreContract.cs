using System.Text;
using DaprHep.Data.Datasets;
using DaprHep.Data.Objects;

namespace DaprHep.Data.Tests;

/// <summary>What every object store keeps to; the same tests run over each.</summary>
public abstract class ObjectStoreContract
{
    private const int Large = (8 << 20) * 3 + 12_345;

    /// <summary>A store that holds nothing yet; the same throughout a test.</summary>
    protected abstract ObjectStore Store { get; }

    [Fact]
    public async Task What_is_written_is_read_back()
    {
        byte[] content = Encoding.UTF8.GetBytes("hello");
        await Store.WriteAsync("a/b/c.bin", content);
        (await BytesAsync("a/b/c.bin")).ShouldBe(content);
        (await Store.ExistsAsync("a/b/c.bin")).ShouldBeTrue();
        (await Store.ExistsAsync("a/b")).ShouldBeFalse();
        (await Store.ExistsAsync("a/b/c.bi")).ShouldBeFalse();
    }

    [Fact]
    public async Task An_empty_object_can_be_written_and_read()
    {
        await Store.WriteAsync("empty", ReadOnlyMemory<byte>.Empty);
        (await BytesAsync("empty")).ShouldBeEmpty();
        (await Store.ExistsAsync("empty")).ShouldBeTrue();
    }

    [Fact]
    public async Task An_object_of_many_megabytes_written_in_odd_pieces_is_read_back()
    {
        byte[] content = RandomBytes(1, Large);
        await using (ObjectWriter writer = await Store.CreateAsync("large"))
        {
            for (int start = 0, piece = 1; start < Large; start += piece, piece = piece * 7 % 3_000_017 + 1)
            {
                ReadOnlyMemory<byte> bytes = content.AsMemory(start, Math.Min(piece, Large - start));
                if (piece % 2 == 0)
                    writer.Stream.Write(bytes.Span);
                else
                    await writer.Stream.WriteAsync(bytes);
            }
            await writer.CommitAsync();
        }
        (await BytesAsync("large")).AsSpan().SequenceEqual(content).ShouldBeTrue();
        (await Store.ListAsync("").SingleAsync()).Bytes.ShouldBe(Large);
    }

    [Fact]
    public async Task A_range_is_read_by_itself_and_one_past_the_end_is_refused()
    {
        byte[] content = RandomBytes(3, 100_000);
        await Store.WriteAsync("a/ranges.bin", content);
        foreach ((int offset, int length) in new[] { (0, 100_000), (1, 32), (70_000, 30_000), (99_999, 1), (5, 0) })
        {
            using ObjectContent range = await Store.ReadRangeAsync("a/ranges.bin", offset, length);
            range.Memory.ToArray().ShouldBe(content[offset..(offset + length)]);
        }
        foreach ((long offset, int length) in new[] { (0L, 100_001), (99_999L, 2), (100_000L, 1), (1L << 40, 10) })
        {
            var error = await Should.ThrowAsync<ObjectStoreException>(() => Store.ReadRangeAsync("a/ranges.bin", offset, length));
            error.Key.ShouldBe("a/ranges.bin");
        }
        await Should.ThrowAsync<ObjectStoreException>(() => Store.ReadRangeAsync("a/nothing.bin", 0, 10));
    }

    [Theory]
    [InlineData(1000)]
    [InlineData(Large)]
    public async Task An_object_that_is_not_committed_leaves_nothing_behind(int bytes)
    {
        await using (ObjectWriter writer = await Store.CreateAsync("half/done.bin"))
            await writer.Stream.WriteAsync(RandomBytes(2, bytes));
        (await Store.ExistsAsync("half/done.bin")).ShouldBeFalse();
        (await KeysAsync("")).ShouldBeEmpty();
    }

    [Fact]
    public async Task A_reader_sees_the_old_object_until_the_new_one_is_committed()
    {
        await Store.WriteAsync("k", new byte[] { 1 });
        await using ObjectWriter writer = await Store.CreateAsync("k");
        writer.Stream.WriteByte(2);
        (await BytesAsync("k")).ShouldBe([1]);
        await writer.CommitAsync();
        (await BytesAsync("k")).ShouldBe([2]);
    }

    [Theory]
    [InlineData(10)]
    [InlineData(Large)]
    public async Task A_new_object_does_not_replace_one_that_is_there(int bytes)
    {
        byte[] first = RandomBytes(3, bytes), second = RandomBytes(4, bytes);
        (await Store.TryWriteAsync("once", first)).ShouldBeTrue();
        (await Store.TryWriteAsync("once", second)).ShouldBeFalse();
        (await BytesAsync("once")).AsSpan().SequenceEqual(first).ShouldBeTrue();
        await Store.WriteAsync("once", second);
        (await BytesAsync("once")).AsSpan().SequenceEqual(second).ShouldBeTrue();
        (await KeysAsync("")).ShouldBe(["once"]);
    }

    [Fact]
    public async Task A_missing_object_is_named_with_its_store()
    {
        await Store.WriteAsync("yes/such", new byte[] { 1 });
        var e = await Should.ThrowAsync<ObjectStoreException>(() => Store.ReadAsync("no/such"));
        e.Message.ShouldContain("no/such");
        e.Message.ShouldContain(Store.Url);
        e.Key.ShouldBe("no/such");
        e.Kind.ShouldBe(ObjectStoreProblem.NoObject);
    }

    [Theory]
    [InlineData("")]
    [InlineData("/absolute")]
    [InlineData("up/../../outside")]
    [InlineData("a//b")]
    [InlineData("./a")]
    [InlineData("a/")]
    public async Task A_key_that_could_leave_the_store_is_refused(string key)
    {
        await Should.ThrowAsync<ObjectStoreException>(async () => await Store.CreateAsync(key));
        await Should.ThrowAsync<ObjectStoreException>(async () => await Store.ReadAsync(key));
        await Should.ThrowAsync<ObjectStoreException>(async () => await Store.DeleteAsync(key));
        await Should.ThrowAsync<ObjectStoreException>(async () => await Store.ExistsAsync(key));
    }

    [Fact]
    public async Task A_deleted_object_is_gone_and_deleting_it_again_does_no_harm()
    {
        await Store.WriteAsync("a/b/c.bin", new byte[] { 1 });
        await Store.WriteAsync("a/d.bin", new byte[] { 2 });
        using (ObjectContent reading = await Store.ReadAsync("a/b/c.bin"))
        {
            await Store.DeleteAsync("a/b/c.bin");
            reading.Memory.ToArray().ShouldBe([1]);
        }
        await Store.DeleteAsync("a/b/c.bin");
        await Store.DeleteAsync("never/was/there");
        (await KeysAsync("")).ShouldBe(["a/d.bin"]);
    }

    [Fact]
    public async Task A_listing_shows_committed_objects_below_a_prefix_in_order()
    {
        foreach (string key in (string[])["b/2", "b/10", "a", "b/1/x", "bc"])
            await Store.WriteAsync(key, new byte[3]);
        await using ObjectWriter unfinished = await Store.CreateAsync("b/3");
        unfinished.Stream.WriteByte(1);
        unfinished.Stream.Flush();
        (await KeysAsync("b/")).ShouldBe(["b/1/x", "b/10", "b/2"]);
        (await KeysAsync("b")).ShouldBe(["b/1/x", "b/10", "b/2", "bc"]);
        ObjectEntry a = await Store.ListAsync("").FirstAsync();
        (a.Key, a.Bytes).ShouldBe(("a", 3));
        a.Modified.ShouldBe(DateTimeOffset.UtcNow, TimeSpan.FromMinutes(5));
        (await KeysAsync("nothing/here/")).ShouldBeEmpty();
    }

    [Fact]
    public async Task Json_that_is_something_else_is_named_with_its_key()
    {
        await Store.WriteAsync("d/manifest.json", "[1,2"u8.ToArray());
        var e = await Should.ThrowAsync<ObjectStoreException>(() => Dataset.OpenAsync(Store, "d"));
        e.Message.ShouldContain("d/manifest.json");
        e.Message.ShouldContain(nameof(DatasetManifest));
    }

    // Whether a reader of an object that is being replaced sees the old one or the new one, and no mixture.
    protected virtual bool ReplacesWhole => true;

    [Theory]
    [InlineData(200)]
    [InlineData(60_000)]
    public async Task Several_that_make_one_dataset_at_once_leave_it_whole_and_a_reader_sees_it_whole_at_any_time(int rows)
    {
        const int Writers = 4;
        const string Name = "events/raced";
        using var done = new CancellationTokenSource();
        Task<int> reader = Task.Run(async () =>
        {
            int reads = 0;
            while (!done.IsCancellationRequested || reads == 0)
            {
                try
                {
                    if (await Dataset.FindAsync(Store, Name) is not { } found)
                        continue;
                    await found.VerifyAsync();
                    found.Rows.ShouldBe(rows);
                }
                catch (ObjectStoreException e) when (!ReplacesWhole && e.Kind == ObjectStoreProblem.Damaged)
                {
                    // Seen for what it is.
                }
                reads++;
            }
            return reads;
        });
        Dataset[] datasets = await Task.WhenAll(Enumerable.Range(0, Writers).Select(_ => Task.Run(() => WriteDatasetAsync(Name, rows))));
        await done.CancelAsync();
        (await reader).ShouldBeGreaterThan(0);
        datasets.ShouldAllBe(dataset => dataset.Manifest.Parts.Single() == datasets[0].Manifest.Parts.Single());
        await (await Dataset.OpenAsync(Store, Name)).VerifyAsync();
        (await KeysAsync("events/")).ShouldBe([$"{Name}/manifest.json", $"{Name}/part-00000.arrow"]);
        (await Store.UnfinishedAsync(DateTimeOffset.UtcNow.AddDays(1), delete: false)).ShouldBe(0);
    }

    // As an activity: what can't be done is done again.
    private async Task<Dataset> WriteDatasetAsync(string name, int rows)
    {
        while (true)
        {
            try
            {
                return await WriteDatasetOnceAsync(name, rows);
            }
            catch (ObjectStoreException e) when (!ReplacesWhole && e.Kind == ObjectStoreProblem.Damaged)
            {
                // Another was just writing it.
            }
        }
    }

    private async Task<Dataset> WriteDatasetOnceAsync(string name, int rows)
    {
        await using DatasetPartWriter writer = await DatasetPartWriter.CreateAsync(Store, name, 0, Sample.Schema);
        for (int first = 0; first < rows; first += 1000)
            writer.Write(Sample.Events(Math.Min(1000, rows - first), firstEntry: first));
        DatasetPart part = await writer.CommitAsync();
        return await Dataset.CommitAsync(Store, name, new DatasetManifest
        {
            Step = "events", StepVersion = 1, Software = "test", Parameters = [], Inputs = [], Parts = [part], Labels = [],
        });
    }

    protected static byte[] RandomBytes(int seed, int length)
    {
        byte[] bytes = new byte[length];
        new Random(seed).NextBytes(bytes);
        return bytes;
    }

    protected async Task<byte[]> BytesAsync(string key)
    {
        using ObjectContent content = await Store.ReadAsync(key);
        return content.Memory.ToArray();
    }

    protected async Task<List<string>> KeysAsync(string prefix) => await Store.ListAsync(prefix).Select(entry => entry.Key).ToListAsync();
}
