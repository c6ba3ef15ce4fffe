using System.Text;
using DaprHep.Data.Datasets;
using DaprHep.Data.Objects;

namespace DaprHep.Data.Tests;

public sealed class FileObjectStoreTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("daprhep-store-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private ObjectStore Store => ObjectStore.Open(_folder);

    [Fact]
    public async Task What_is_written_is_read_back()
    {
        byte[] content = Encoding.UTF8.GetBytes("hello");
        await Store.WriteAsync("a/b/c.bin", content);
        using ObjectContent read = await Store.ReadAsync("a/b/c.bin");
        read.Memory.ToArray().ShouldBe(content);
        (await Store.ExistsAsync("a/b/c.bin")).ShouldBeTrue();
    }

    [Fact]
    public async Task An_empty_object_can_be_written_and_read()
    {
        await Store.WriteAsync("empty", ReadOnlyMemory<byte>.Empty);
        using ObjectContent read = await Store.ReadAsync("empty");
        read.Memory.Length.ShouldBe(0);
    }

    [Fact]
    public async Task An_object_that_is_not_committed_leaves_nothing_behind()
    {
        await using (ObjectWriter writer = await Store.CreateAsync("half/done.bin"))
            await writer.Stream.WriteAsync(new byte[1000]);
        (await Store.ExistsAsync("half/done.bin")).ShouldBeFalse();
        Directory.EnumerateFiles(_folder, "*", SearchOption.AllDirectories).ShouldBeEmpty();
    }

    [Fact]
    public async Task A_reader_sees_the_old_object_until_the_new_one_is_committed()
    {
        await Store.WriteAsync("k", new byte[] { 1 });
        await using ObjectWriter writer = await Store.CreateAsync("k");
        writer.Stream.WriteByte(2);
        using (ObjectContent before = await Store.ReadAsync("k"))
            before.Memory.ToArray().ShouldBe([1]);
        await writer.CommitAsync();
        using ObjectContent after = await Store.ReadAsync("k");
        after.Memory.ToArray().ShouldBe([2]);
    }

    [Fact]
    public async Task A_missing_object_is_named_with_its_store()
    {
        var e = await Should.ThrowAsync<ObjectStoreException>(() => Store.ReadAsync("no/such"));
        e.Message.ShouldContain("no/such");
        e.Message.ShouldContain(_folder);
        e.Key.ShouldBe("no/such");
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
        await Should.ThrowAsync<ObjectStoreException>(() => Store.CreateAsync(key));
        await Should.ThrowAsync<ObjectStoreException>(() => Store.ReadAsync(key));
    }

    [Fact]
    public async Task A_deleted_object_is_gone_with_its_empty_folders_and_deleting_it_again_does_no_harm()
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
        (await Store.ExistsAsync("a/b/c.bin")).ShouldBeFalse();
        Directory.Exists(Path.Combine(_folder, "a", "b")).ShouldBeFalse();
        (await Store.ExistsAsync("a/d.bin")).ShouldBeTrue();
    }

    [Fact]
    public async Task Objects_are_written_while_others_in_their_folder_are_deleted()
    {
        await Parallel.ForAsync(0, 4, async (worker, cancellation) =>
        {
            for (int i = 0; i < 200; i++)
            {
                await Store.WriteAsync($"deep/er/{worker}", new byte[] { 1 }, cancellation);
                await Store.DeleteAsync($"deep/er/{worker}", cancellation);
            }
        });
        Directory.EnumerateFileSystemEntries(_folder).ShouldBeEmpty();
    }

    [Fact]
    public async Task Of_several_writers_who_want_no_object_to_be_there_one_succeeds_and_its_object_stays()
    {
        for (int round = 0; round < 20; round++)
        {
            string key = $"once/{round}";
            bool[] written = await Task.WhenAll(Enumerable.Range(1, 8).Select(writer => Task.Run(() => Store.TryWriteAsync(key, new[] { (byte)writer }))));
            written.Count(success => success).ShouldBe(1);
            using ObjectContent content = await Store.ReadAsync(key);
            content.Memory.ToArray().ShouldBe([(byte)(Array.IndexOf(written, true) + 1)]);
        }
        Directory.EnumerateFiles(_folder, "*.partial", SearchOption.AllDirectories).ShouldBeEmpty();
    }

    [Fact]
    public async Task A_listing_shows_committed_objects_below_a_prefix_in_order()
    {
        foreach (string key in (string[])["b/2", "b/10", "a", "b/1/x", "bc"])
            await Store.WriteAsync(key, new byte[3]);
        await using ObjectWriter unfinished = await Store.CreateAsync("b/3");
        unfinished.Stream.WriteByte(1);
        unfinished.Stream.Flush();
        (await Store.ListAsync("b/").Select(entry => entry.Key).ToListAsync()).ShouldBe(["b/1/x", "b/10", "b/2"]);
        (await Store.ListAsync("b").Select(entry => entry.Key).ToListAsync()).ShouldBe(["b/1/x", "b/10", "b/2", "bc"]);
        ObjectEntry a = await Store.ListAsync("").FirstAsync();
        (a.Key, a.Bytes).ShouldBe(("a", 3));
        a.Modified.ShouldBe(DateTimeOffset.UtcNow, TimeSpan.FromMinutes(5));
        (await Store.ListAsync("nothing/here/").ToListAsync()).ShouldBeEmpty();
    }

    [Fact]
    public void A_scheme_without_a_store_is_refused_by_name() =>
        Should.Throw<ObjectStoreException>(() => ObjectStore.Open("gopher://x/y")).Message.ShouldContain("gopher");

    [Fact]
    public void The_url_of_a_store_opens_the_same_store() => ObjectStore.Open(Store.Url).Url.ShouldBe(Store.Url);

    [Fact]
    public async Task Json_that_is_something_else_is_named_with_its_key()
    {
        await Store.WriteAsync("d/manifest.json", "[1,2"u8.ToArray());
        var e = await Should.ThrowAsync<ObjectStoreException>(() => Dataset.OpenAsync(Store, "d"));
        e.Message.ShouldContain("d/manifest.json");
        e.Message.ShouldContain(nameof(DatasetManifest));
    }
}
