using DaprHep.Data.Datasets;
using DaprHep.Data.Objects;

namespace DaprHep.Data.Tests;

public sealed class DatasetTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("daprhep-data-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private ObjectStore Store => ObjectStore.Open(_folder);

    [Fact]
    public async Task A_dataset_without_a_manifest_is_not_there()
    {
        await using DatasetPartWriter writer = await DatasetPartWriter.CreateAsync(Store, "events/x", 0, Sample.Schema);
        writer.Write(Sample.Events(5));
        await writer.CommitAsync();
        (await Dataset.FindAsync(Store, "events/x")).ShouldBeNull();
    }

    [Fact]
    public async Task A_committed_dataset_has_what_its_manifest_says()
    {
        Dataset dataset = await CommitAsync();
        dataset.Rows.ShouldBe(5);
        var rows = new List<ulong>();
        await dataset.ForEachTableAsync(table => rows.AddRange(table.Ids.ToArray()));
        rows.ShouldBe(Sample.Events(5).Ids.ToArray());
        await dataset.VerifyAsync();
    }

    [Fact]
    public async Task An_altered_part_is_found_by_its_digest()
    {
        Dataset dataset = await CommitAsync();
        string path = Path.Combine(_folder, "events/x/part-00000.arrow");
        byte[] bytes = await File.ReadAllBytesAsync(path);
        bytes[bytes.Length / 2] ^= 1;
        await File.WriteAllBytesAsync(path, bytes);
        (await Should.ThrowAsync<ObjectStoreException>(() => dataset.VerifyAsync())).Message.ShouldContain("SHA-256");
    }

    [Fact]
    public async Task A_part_cut_short_is_refused()
    {
        Dataset dataset = await CommitAsync();
        using (FileStream part = File.OpenWrite(Path.Combine(_folder, "events/x/part-00000.arrow")))
            part.SetLength(100);
        (await Should.ThrowAsync<ObjectStoreException>(() => dataset.ForEachTableAsync(_ => { }))).Message.ShouldContain("part-00000.arrow");
    }

    [Fact]
    public void Content_names_tell_every_difference_in_what_they_name()
    {
        var a = new Dictionary<string, string> { ["p"] = "1" };
        string[] names =
        [
            ContentName.Of("s", 1, a, ["x"]),
            ContentName.Of("t", 1, a, ["x"]),
            ContentName.Of("s", 2, a, ["x"]),
            ContentName.Of("s", 1, new Dictionary<string, string> { ["p"] = "2" }, ["x"]),
            ContentName.Of("s", 1, new Dictionary<string, string>(), ["x"]),
            ContentName.Of("s", 1, a, ["y"]),
            ContentName.Of("s", 1, a, ["x", "y"]),
            ContentName.Of("s", 1, a, ["y", "x"]),
            ContentName.Of("s", 1, a, ["xy"]),
        ];
        names.Distinct().Count().ShouldBe(names.Length);
        ContentName.Of("s", 1, a, ["x"]).ShouldBe(names[0]);
    }

    private async Task<Dataset> CommitAsync()
    {
        await using DatasetPartWriter writer = await DatasetPartWriter.CreateAsync(Store, "events/x", 0, Sample.Schema);
        writer.Write(Sample.Events(5));
        DatasetPart part = await writer.CommitAsync();
        return await Dataset.CommitAsync(Store, "events/x", new DatasetManifest
        {
            Step = "events",
            StepVersion = 1,
            Software = "test",
            Parameters = [],
            Inputs = ["digest"],
            Parts = [part],
            Labels = new SortedDictionary<int, long> { [1] = 5 },
        });
    }
}
