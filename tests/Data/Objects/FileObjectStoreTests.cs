using DaprHep.Data.Objects;

namespace DaprHep.Data.Tests;

/// <summary>The contract over files, and what only files have.</summary>
public sealed class FileObjectStoreTests : ObjectStoreContract, IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("daprhep-store-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    protected override ObjectStore Store => ObjectStore.Open(_folder);

    [Fact]
    public async Task An_object_that_is_not_committed_leaves_no_file_behind()
    {
        await using (ObjectWriter writer = await Store.CreateAsync("half/done.bin"))
            await writer.Stream.WriteAsync(new byte[1000]);
        (await Store.ExistsAsync("half/done.bin")).ShouldBeFalse();
        Directory.EnumerateFiles(_folder, "*", SearchOption.AllDirectories).ShouldBeEmpty();
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
    public void A_scheme_without_a_store_is_refused_by_name() =>
        Should.Throw<ObjectStoreException>(() => ObjectStore.Open("gopher://x/y")).Message.ShouldContain("gopher");

    [Fact]
    public void The_url_of_a_store_opens_the_same_store() => ObjectStore.Open(Store.Url).Url.ShouldBe(Store.Url);

    [Fact]
    public Task A_listing_goes_on_past_a_thousand_objects() => WholeStoreContract.ListsMoreThanAPageAsync(Store);

    [Fact]
    public Task Of_many_that_write_a_new_object_at_once_one_does() => WholeStoreContract.KeepsWritersApartAsync(Store, most: 1);

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
}
