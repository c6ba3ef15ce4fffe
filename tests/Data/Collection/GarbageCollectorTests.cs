using System.Runtime.CompilerServices;
using System.Text;
using DaprHep.Data.Collection;
using DaprHep.Data.Datasets;
using DaprHep.Data.Objects;
using DaprHep.Data.Sampling;

namespace DaprHep.Data.Tests;

/// <summary>What of a store is garbage, and that it goes in an order in which nothing ever refers to what has gone.</summary>
public sealed class GarbageCollectorTests : IDisposable
{
    private static readonly DateTime Old = DateTime.UtcNow - TimeSpan.FromDays(30);
    private readonly string _folder = Directory.CreateTempSubdirectory("daprhep-gc-").FullName;

    private ObjectStore Store => ObjectStore.Open(_folder);

    private static DateTimeOffset Since => DateTimeOffset.UtcNow - TimeSpan.FromDays(7);

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task What_a_run_refers_to_stays_to_the_events_of_its_plan_and_the_rest_goes()
    {
        Chain kept = await WriteAsync(seed: 1, isReferred: true), garbage = await WriteAsync(seed: 2, isReferred: false);
        await AgeAsync();
        var collector = new GarbageCollector(Store, Since);
        Garbage found = await collector.FindAsync();
        found.Groups.Select(group => group.Name).ShouldBe(garbage.Groups, ignoreOrder: true);
        found.Kept.Select(group => group.Name).ShouldBe(kept.Groups, ignoreOrder: true);

        List<string> before = await KeysAsync();
        (await new GarbageCollector(Store, Since).FindAsync()).Groups.Count.ShouldBe(garbage.Groups.Count, "finding changes nothing");
        (await collector.DeleteAsync(found, _ => { })).ShouldBeTrue();
        (await KeysAsync()).ShouldBe(before.Where(key => !garbage.Groups.Any(group => key.StartsWith(group, StringComparison.Ordinal))));
        (await new GarbageCollector(Store, Since).FindAsync()).Groups.ShouldBeEmpty();
    }

    [Fact]
    public async Task A_plan_written_lately_keeps_all_that_may_be_made_from_it()
    {
        Chain chain = await WriteAsync(seed: 1, isReferred: false);
        await AgeAsync();
        File.SetLastWriteTimeUtc(Path.Combine(_folder, chain.Plan, "plan.json"), DateTime.UtcNow);
        Garbage found = await new GarbageCollector(Store, Since).FindAsync();
        found.Groups.ShouldBeEmpty();
        found.Kept.Count.ShouldBe(chain.Groups.Count);
    }

    [Fact]
    public async Task A_training_that_ends_meanwhile_takes_its_checkpoints_away_and_nothing_is_wrong_with_that()
    {
        Chain chain = await WriteAsync(seed: 1, isReferred: false);
        await AgeAsync();
        await RunStart.WriteAsync(Store, "now", chain.Plan);
        Garbage found = await new GarbageCollector(new EndingTraining(Store), Since).FindAsync();
        found.Groups.ShouldBeEmpty();
        (await KeysAsync()).ShouldNotContain(key => key.StartsWith("checkpoints/", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_document_that_is_there_and_cannot_be_read_ends_it()
    {
        Chain chain = await WriteAsync(seed: 1, isReferred: false);
        await AgeAsync();
        await RunStart.WriteAsync(Store, "now", chain.Plan);
        string document = Path.Combine(_folder, chain.Model, "model.json");
        File.Delete(document);
        File.CreateSymbolicLink(document, Path.Combine(_folder, "elsewhere", "model.json"));
        await Should.ThrowAsync<ObjectStoreException>(() => new GarbageCollector(Store, Since).FindAsync());
    }

    [Fact]
    public async Task A_run_that_has_begun_keeps_its_plan_however_old_and_all_that_may_be_made_from_it()
    {
        Chain chain = await WriteAsync(seed: 1, isReferred: false);
        Chain other = await WriteAsync(seed: 2, isReferred: false);
        await RunStart.WriteAsync(Store, "long-ago", other.Plan);
        await AgeAsync();
        await RunStart.WriteAsync(Store, "now", chain.Plan);
        Garbage found = await new GarbageCollector(Store, Since).FindAsync();
        found.Kept.Select(group => group.Name).ShouldBe(chain.Groups.Concat(found.Kept.Where(g => g.Step == "evaluations").Select(g => g.Name)).Distinct(), ignoreOrder: true);
        found.Groups.Select(group => group.Name).ShouldBeSubsetOf(other.Groups);
        found.Groups.Select(group => group.Step).ShouldContain("events");
    }

    [Theory]
    [InlineData(1, false, true)]
    [InlineData(1, true, false)]
    [InlineData(30, false, false)]
    public async Task A_run_of_the_last_day_without_a_record_keeps_what_it_needs_whatever_time_is_given(int hours, bool hasEnded, bool isKept)
    {
        Chain chain = await WriteAsync(seed: 1, isReferred: false);
        await AgeAsync();
        DateTime begun = DateTime.UtcNow - TimeSpan.FromHours(hours);
        await Store.WriteAsync("runs/last/run.json", "{}"u8.ToArray());
        File.SetLastWriteTimeUtc(Path.Combine(_folder, "runs/last/run.json"), hasEnded ? begun.AddMinutes(1) : begun.AddMinutes(-1));
        await RunStart.WriteAsync(Store, "last", chain.Plan);
        File.SetLastWriteTimeUtc(Path.Combine(_folder, "runs/last/started.json"), begun);
        string partial = Path.Combine(_folder, "part.0123.partial");
        await File.WriteAllBytesAsync(partial, new byte[10]);
        File.SetLastWriteTimeUtc(partial, begun.AddMinutes(2));

        Garbage found = await new GarbageCollector(Store, DateTimeOffset.UtcNow).FindAsync();
        (found.Groups.Count, found.Unfinished).ShouldBe(isKept ? (0, 0) : (chain.Groups.Count, 1));
    }

    [Fact]
    public async Task A_run_that_finds_all_it_needs_ends_the_deletion_when_it_begins()
    {
        Chain chain = await WriteAsync(seed: 1, isReferred: false);
        await AgeAsync();
        var collector = new GarbageCollector(Store, Since);
        Garbage found = await collector.FindAsync();
        await RunStart.WriteAsync(Store, "now", chain.Plan);
        (await collector.DeleteAsync(found, _ => throw new InvalidOperationException("nothing may go"))).ShouldBeFalse();
    }

    [Fact]
    public async Task Scattered_events_stay_until_the_shards_that_are_built_from_them_are_there()
    {
        Chain chain = await WriteAsync(seed: 1, isReferred: true);
        string statistics = chain.Groups.Single(name => name.StartsWith("statistics/", StringComparison.Ordinal)) + ".json";
        string scattered = ScatteredEvents.NameOf(statistics, chain.Groups.Single(name => name.StartsWith("events/", StringComparison.Ordinal)));
        await Store.WriteAsync(ScatteredEvents.EventsOf(scattered), new byte[10]);
        await Store.WriteAsync(ScatteredEvents.IndexOf(scattered), new byte[32]);
        await AgeAsync();
        Garbage found = await new GarbageCollector(Store, Since).FindAsync();
        found.Groups.Select(group => group.Name).ShouldBe([scattered]);
        found.Groups[0].InOrderOfDeletion.First().Key.ShouldBe(ScatteredEvents.IndexOf(scattered));

        Directory.Delete(Path.Combine(_folder, TrainingDatasets.NameOf(statistics, DataSplit.Train, 1)), recursive: true);
        (await new GarbageCollector(Store, Since).FindAsync()).Groups.ShouldBeEmpty();
    }

    [Fact]
    public async Task A_model_that_is_served_stays_with_what_it_was_made_from()
    {
        Chain chain = await WriteAsync(seed: 1, isReferred: false);
        await Store.WriteAsync("serving/revision-0000000001.json", Encoding.UTF8.GetBytes($$"""{ "models": [{ "model": "{{chain.Model}}" }] }"""));
        await AgeAsync();
        Garbage found = await new GarbageCollector(Store, Since).FindAsync();
        found.Kept.Select(group => group.Step).ShouldBe(["models", "statistics", "plans", "events", "training", "training", "training"], ignoreOrder: true);
    }

    [Fact]
    public async Task A_run_that_begins_meanwhile_ends_the_deletion()
    {
        await WriteAsync(seed: 1, isReferred: false);
        await AgeAsync();
        var collector = new GarbageCollector(Store, Since);
        Garbage found = await collector.FindAsync();
        List<string> before = await KeysAsync();
        await WriteAsync(seed: 3, isReferred: false);
        (await collector.DeleteAsync(found, _ => throw new InvalidOperationException("nothing may go"))).ShouldBeFalse();
        before.ShouldBeSubsetOf(await KeysAsync());

        var gone = new List<ObjectGroup>();
        found = await collector.FindAsync();
        bool whole = await collector.DeleteAsync(found, group =>
        {
            gone.Add(group);
            WriteAsync(seed: 4, isReferred: false).GetAwaiter().GetResult();
        });
        (whole, gone.Count).ShouldBe((false, 1));
    }

    [Fact]
    public async Task Ended_after_any_object_it_leaves_only_whole_datasets()
    {
        await WriteAsync(seed: 1, isReferred: false);
        await AgeAsync();
        var collector = new GarbageCollector(Store, Since);
        Garbage found = await collector.FindAsync();
        (await collector.DeleteAsync(found, group =>
        {
            foreach (string manifest in Directory.EnumerateFiles(_folder, Dataset.ManifestName, SearchOption.AllDirectories))
            {
                string name = Path.GetRelativePath(_folder, Path.GetDirectoryName(manifest)!);
                Dataset.OpenAsync(Store, name).GetAwaiter().GetResult().VerifyAsync().GetAwaiter().GetResult();
            }
        })).ShouldBeTrue();
        foreach (ObjectGroup group in found.Groups.Where(group => group.Step is "events" or "training"))
            group.InOrderOfDeletion.First().Key.ShouldEndWith(Dataset.ManifestName);
        List<string> steps = [.. found.Groups.Select(group => group.Step).Distinct()];
        steps.IndexOf("models").ShouldBeLessThan(steps.IndexOf("statistics"));
        steps.IndexOf("statistics").ShouldBeLessThan(steps.IndexOf("plans"));
    }

    [Fact]
    public async Task What_has_no_content_name_is_never_touched()
    {
        foreach (string key in (string[])["notes/readme.txt", "events/mine.arrow", "other/0123456789abcdef0123456789abcdef/x", "runs/a/metrics.json"])
            await Store.WriteAsync(key, new byte[] { 1 });
        await AgeAsync();
        Garbage found = await new GarbageCollector(Store, DateTimeOffset.UtcNow).FindAsync();
        found.Groups.ShouldBeEmpty();
    }

    [Fact]
    public async Task A_damaged_document_ends_it_before_anything_goes()
    {
        Chain chain = await WriteAsync(seed: 1, isReferred: true);
        await WriteAsync(seed: 2, isReferred: false);
        await AgeAsync();
        await File.WriteAllTextAsync(Path.Combine(_folder, chain.Plan, "plan.json"), "{");
        await Should.ThrowAsync<ObjectStoreException>(() => new GarbageCollector(Store, Since).FindAsync());
    }

    [Fact]
    public async Task Writes_that_were_never_completed_are_counted_and_cleared_when_they_are_old()
    {
        foreach (string name in (string[])["old", "young"])
            await File.WriteAllBytesAsync(Path.Combine(_folder, $"{name}.0123.partial"), new byte[10]);
        File.SetLastWriteTimeUtc(Path.Combine(_folder, "old.0123.partial"), Old);
        var collector = new GarbageCollector(Store, Since);
        Garbage found = await collector.FindAsync();
        found.Unfinished.ShouldBe(1);
        await collector.DeleteAsync(found, _ => { });
        Directory.EnumerateFiles(_folder).Select(Path.GetFileName).ShouldBe(["young.0123.partial"]);
    }

    private sealed record Chain(string Plan, string Model, IReadOnlyList<string> Groups);

    // What a run leaves: plan, events, statistics, shards, model, checkpoint, evaluation; and its record.
    private async Task<Chain> WriteAsync(int seed, bool isReferred)
    {
        string digest = ContentName.Of("x", seed, new Dictionary<string, string>(), [])[2..];
        var plan = new PartitionPlan(
            "standard",
            [new SourceFile($"/data/{seed}.root", "Delphes", 1, 10, digest, null, 1, DataSplit.ByIdentity)],
            [new Partition(0, 1, DataSplit.ByIdentity, 0, 10)]);
        await PlanObjects.WriteAsync(Store, plan);
        string events = EventDatasets.NameOf(plan, plan.Partitions[0]);
        await CommitAsync(events);
        string statistics = ContentName.Of("statistics", 1, new Dictionary<string, string>(), [plan.Key]);
        await Store.WriteJsonAsync($"{statistics}.json", StatisticsOf(plan), StatisticsJson.Default.FeatureStatistics);
        string[] shards =
        [
            TrainingDatasets.NameOf($"{statistics}.json", DataSplit.Train, 0),
            TrainingDatasets.NameOf($"{statistics}.json", DataSplit.Train, 1),
            TrainingDatasets.NameOf($"{statistics}.json", DataSplit.Test, 0),
        ];
        foreach (string shard in shards)
            await CommitAsync(shard);
        string model = ContentName.Of("models", 1, new Dictionary<string, string>(), [statistics]);
        await Store.WriteAsync($"{model}/model.safetensors", new byte[100]);
        await Store.WriteAsync($"{model}/model.json", Encoding.UTF8.GetBytes($$"""{ "lineage": { "statistics": "{{statistics}}.json" } }"""));
        string evaluation = ContentName.Of("evaluations", 1, new Dictionary<string, string>(), [model]);
        await Store.WriteAsync($"{evaluation}.json", "{}"u8.ToArray());
        List<string> groups = [plan.Key, events, statistics, .. shards, model, evaluation];
        if (isReferred)
        {
            string record = $$"""{ "objects": { "model": "{{model}}", "evaluation": "{{evaluation}}.json" } }""";
            await Store.WriteAsync($"runs/r{seed}/run.json", Encoding.UTF8.GetBytes(record));
        }
        else
        {
            await Store.WriteAsync($"checkpoints/{model}/checkpoint-0.json", "{}"u8.ToArray());
            groups.Add($"checkpoints/{model}");
        }
        return new Chain(plan.Key, model, groups);
    }

    private static FeatureStatistics StatisticsOf(PartitionPlan plan) => new()
    {
        Plan = plan.Key,
        Physics = plan.Physics,
        Features = ["HT"],
        Minimum = [0],
        Maximum = [1],
        Selection = new SampleSelection(0.8, 1, [], [], TrainShards: 2, TestShards: 1),
        Classes = [],
    };

    private async Task CommitAsync(string name)
    {
        await using DatasetPartWriter writer = await DatasetPartWriter.CreateAsync(Store, name, 0, Sample.Schema);
        writer.Write(Sample.Events(5));
        DatasetPart part = await writer.CommitAsync();
        await Dataset.CommitAsync(Store, name, new DatasetManifest
        {
            Step = "s", StepVersion = 1, Software = "test", Parameters = [], Inputs = [], Parts = [part], Labels = [],
        });
    }

    private Task AgeAsync()
    {
        foreach (string file in Directory.EnumerateFiles(_folder, "*", SearchOption.AllDirectories))
            File.SetLastWriteTimeUtc(file, Old);
        return Task.CompletedTask;
    }

    private async Task<List<string>> KeysAsync() => await Store.ListAsync("").Select(entry => entry.Key).ToListAsync();

    /// <summary>A store in which a training ends while it is read: once all is listed, the checkpoints go.</summary>
    private sealed class EndingTraining(ObjectStore store) : ObjectStore
    {
        public override string Url => store.Url;

        public override Task<bool> ExistsAsync(string key, CancellationToken cancellation = default) => store.ExistsAsync(key, cancellation);

        public override Task<ObjectContent> ReadAsync(string key, CancellationToken cancellation = default) => store.ReadAsync(key, cancellation);

        public override Task<ObjectContent> ReadRangeAsync(string key, long offset, int length, CancellationToken cancellation = default) =>
            store.ReadRangeAsync(key, offset, length, cancellation);

        public override Task<ObjectWriter> CreateAsync(string key, CancellationToken cancellation = default) => store.CreateAsync(key, cancellation);

        public override Task DeleteAsync(string key, CancellationToken cancellation = default) => store.DeleteAsync(key, cancellation);

        public override async IAsyncEnumerable<ObjectEntry> ListAsync(
            string prefix, [EnumeratorCancellation] CancellationToken cancellation = default)
        {
            List<ObjectEntry> all = await store.ListAsync(prefix, cancellation).ToListAsync(cancellation);
            foreach (ObjectEntry entry in all)
                yield return entry;
            foreach (ObjectEntry entry in all.Where(entry => entry.Key.StartsWith("checkpoints/", StringComparison.Ordinal)))
                await store.DeleteAsync(entry.Key, cancellation);
        }

        public override Task<int> UnfinishedAsync(DateTimeOffset before, bool delete, CancellationToken cancellation = default) =>
            store.UnfinishedAsync(before, delete, cancellation);
    }
}
