using System.Text;
using DaprHep.Data.Objects;
using DaprHep.Hosting.Contracts;
using DaprHep.Hosting.News;

namespace DaprHep.Hosting.Tests;

/// <summary>What the store tells of the time and the bytes of the work under way.</summary>
public sealed class WorkStoreTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("daprhep-work-store-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task Reading_and_writing_objects_is_told_with_its_time_and_bytes()
    {
        byte[] content = Encoding.UTF8.GetBytes("twelve bytes");
        WorkRecord told = await WorkAsync(async store =>
        {
            await store.WriteAsync("a/b", content);
            (await store.TryWriteAsync("a/b", content)).ShouldBeFalse();
            using ObjectContent whole = await store.ReadAsync("a/b");
            whole.Memory.ToArray().ShouldBe(content);
            using ObjectContent range = await store.ReadRangeAsync("a/b", 7, 5);
            Encoding.UTF8.GetString(range.Memory.Span).ShouldBe("bytes");
        });
        (told.BytesIn, told.BytesOut).ShouldBe((12 + 5, 12));
        told.Seconds!.Keys.ShouldBe([WorkMeter.InputOutput]);
        told.Seconds[WorkMeter.InputOutput].ShouldBeGreaterThan(0);
    }

    [Fact]
    public async Task Time_is_told_also_of_what_failed_and_nothing_of_what_was_not_asked_for()
    {
        WorkRecord failed = await WorkAsync(async store => await Should.ThrowAsync<ObjectStoreException>(() => store.ReadAsync("missing")));
        (failed.BytesIn, failed.BytesOut).ShouldBe((null, null));
        failed.Seconds!.Keys.ShouldBe([WorkMeter.InputOutput]);
        (await WorkAsync(_ => Task.CompletedTask)).Seconds.ShouldBeNull();
    }

    [Fact]
    public async Task A_kind_of_work_counts_without_what_is_spent_on_others_meanwhile()
    {
        WorkRecord told = await WorkAsync(_ =>
        {
            using (WorkMeter.Current!.Begin(WorkMeter.Kernel))
                WorkMeter.Current.Spent(WorkMeter.AllReduce, TimeSpan.FromHours(1));
            using (WorkMeter.Current.Begin(WorkMeter.Physics))
                Thread.Sleep(20);
            return Task.CompletedTask;
        });
        told.Seconds![WorkMeter.Kernel].ShouldBe(0);
        told.Seconds[WorkMeter.Physics].ShouldBeInRange(0.02, 60);
    }

    private async Task<WorkRecord> WorkAsync(Func<ObjectStore, Task> work)
    {
        List<WorkRecord> told = [];
        var meter = new WorkTold(told.Add, "MergeStatistics", null);
        await work(WorkStore.Open(_folder));
        meter.Ends("done");
        return told[^1];
    }
}
