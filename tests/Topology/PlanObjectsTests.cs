using DaprHep.Data.Datasets;
using DaprHep.Data.Objects;

namespace DaprHep.Topology.Tests;

/// <summary>Plans in the store: what is read is what was written, page by page or as a whole.</summary>
public sealed class PlanObjectsTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("plans-").FullName;

    private ObjectStore Store => ObjectStore.Open(_folder);

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory]
    [InlineData(1, 1)]
    [InlineData(3, 167)]
    [InlineData(10_000, 1)]
    [InlineData(4, 2_500)]
    public async Task A_plan_of_any_size_comes_back_whole_and_by_partition(int files, int partitionsOfAFile)
    {
        PartitionPlan plan = PlanOf(files, partitionsOfAFile) with { Skipped = [new SkippedFile("bad.root", "is bad")] };
        await PlanObjects.WriteAsync(Store, plan);
        PartitionPlan read = await PlanObjects.ReadAsync(Store, plan.Key);
        read.Sources.ShouldBe(plan.Sources);
        read.Partitions.ShouldBe(plan.Partitions);
        read.Skipped.ShouldBe(plan.Skipped);
        read.Key.ShouldBe(plan.Key);
        foreach (int index in (int[])[0, plan.Partitions.Count / 2, plan.Partitions.Count - 1])
        {
            (PlanPage page, Partition partition) = await PlanObjects.FindAsync(Store, plan.Key, index);
            partition.ShouldBe(plan.Partitions[index]);
            page.SourceOf(partition).ShouldBe(plan.Sources[partition.Source]);
        }
        Directory.EnumerateFiles(_folder, "page-*.json", SearchOption.AllDirectories).ShouldAllBe(file => new FileInfo(file).Length < 1 << 20);
    }

    [Fact]
    public async Task Files_without_entries_are_kept_wherever_they_are()
    {
        PartitionPlan plan = PlanOf(600, 1);
        plan = plan with { Partitions = [.. plan.Partitions.Where(p => p.Source is not (0 or 499 or 500 or 501 or 599))] };
        await PlanObjects.WriteAsync(Store, plan);
        (await PlanObjects.ReadAsync(Store, plan.Key)).Sources.ShouldBe(plan.Sources);
    }

    [Fact]
    public void A_plan_without_files_is_another_plan_with_the_same_partitions_of_the_rest()
    {
        PartitionPlan plan = PlanOf(5, 2);
        PartitionPlan kept = plan.Without([new SkippedFile("file-3.root", "is bad"), new SkippedFile("file-1.root", "is bad")]);
        kept.Key.ShouldNotBe(plan.Key);
        kept.Sources.Select(source => source.Url).ShouldBe(["file-0.root", "file-2.root", "file-4.root"]);
        kept.Partitions.Select(p => EventDatasets.NameOf(kept, p)).ShouldBe(
            plan.Partitions.Where(p => p.Source % 2 == 0).Select(p => EventDatasets.NameOf(plan, p)));
    }

    private static PartitionPlan PlanOf(int files, int partitionsOfAFile) => new(
        "standard",
        [.. Enumerable.Range(0, files).Select(file => new SourceFile(
            $"file-{file}.root", "Delphes", 1000, 20L * partitionsOfAFile, $"{file:x64}", null, file % 3, DataSplit.ByIdentity))],
        [.. Enumerable.Range(0, files).SelectMany(file => Enumerable.Range(0, partitionsOfAFile).Select(part =>
            new Partition(file, file % 3, DataSplit.ByIdentity, 20L * part, 20L * (part + 1))))]);
}
