using DaprHep.Data.Datasets;
using DaprHep.Data.Events;
using DaprHep.Data.Objects;
using DaprHep.Data.Sampling;

namespace DaprHep.Features.Tests;

/// <summary>The shuffle of a whole dataset, with few shards (which read all partitions) and with many (after a scattering pass).</summary>
public sealed class ShuffleTests : IDisposable
{
    private static readonly (int Number, int Label, int Events)[] Files = [(1, 0, 900), (2, 1, 500), (3, 2, 700), (4, 0, 300)];
    private readonly MadeUpStore _store = new();

    public void Dispose() => _store.Dispose();

    [Theory]
    [InlineData(10_000)]
    [InlineData(250)]
    public async Task Shards_one_after_another_are_the_drawn_events_by_increasing_order_key(int shardEvents)
    {
        PartitionPlan plan = await _store.PlanAsync(Files, 300);
        (string key, FeatureStatistics statistics) = await _store.MergeAsync(plan, shardEvents);
        ScatteredEvents.AreNeededFor(statistics.Selection).ShouldBe(shardEvents == 250);
        foreach (DataSplit split in (DataSplit[])[DataSplit.Train, DataSplit.Test])
        {
            ulong[] expected = [.. AllEvents(plan)
                .Where(e => statistics.Selection.Draws(e.Id, e.Label, DataSplit.ByIdentity, split))
                .Select(e => e.Id).OrderBy(id => EventIdentity.OrderKey(id, statistics.Selection.Seed))];
            IReadOnlyList<(ulong Id, int Label)> found = await MadeUpStore.IdsAsync(await _store.BuildAsync(key, statistics, split));
            found.Select(e => e.Id).ShouldBe(expected);
        }
    }

    [Theory]
    [InlineData(10_000)]
    [InlineData(250)]
    public async Task Little_memory_gives_the_same_bytes(int shardEvents)
    {
        PartitionPlan plan = await _store.PlanAsync(Files, 300);
        (string key, FeatureStatistics statistics) = await _store.MergeAsync(plan, shardEvents);
        string[] ample = Digests(await _store.BuildAsync(key, statistics, DataSplit.Train));
        _store.Forget(TrainingDatasets.Step);
        string[] scarce = Digests(await _store.BuildAsync(key, statistics, DataSplit.Train, memory: 60_000));
        scarce.ShouldBe(ample);
        ample.Length.ShouldBe(statistics.Selection.TrainShards);
    }

    [Fact]
    public async Task A_partition_scattered_in_little_memory_gives_the_same_bytes()
    {
        CancellationToken cancellation = TestContext.Current.CancellationToken;
        PartitionPlan plan = await _store.PlanAsync(Files, 300);
        (string key, FeatureStatistics _) = await _store.MergeAsync(plan, 250);
        string name = ScatteredEvents.NameOf(key, EventDatasets.NameOf(plan, plan.Partitions[1]));
        var written = new List<byte[]>();
        foreach (long memory in (long[])[1 << 30, 15_000, 1])
        {
            await PartitionScatter.ScatterAsync(_store.Store, key, 1, memory, cancellation);
            foreach (string part in (string[])[ScatteredEvents.EventsOf(name), ScatteredEvents.IndexOf(name)])
            {
                using (ObjectContent content = await _store.Store.ReadAsync(part, cancellation))
                    written.Add(content.Memory.ToArray());
                await _store.Store.DeleteAsync(part, cancellation);
            }
        }
        written[0].Length.ShouldBeGreaterThan(50_000, "so that the second time takes several ranges of shards");
        written[2].ShouldBe(written[0]);
        written[4].ShouldBe(written[0]);
        written[3].ShouldBe(written[1]);
        written[5].ShouldBe(written[1]);
    }

    [Fact]
    public async Task Killed_at_any_moment_of_its_writing_it_leaves_whole_objects_and_goes_on_to_the_same_shards()
    {
        CancellationToken cancellation = TestContext.Current.CancellationToken;
        PartitionPlan plan = await _store.PlanAsync([(1, 0, 60), (2, 1, 50), (3, 2, 70)], 40);
        (string key, FeatureStatistics statistics) = await _store.MergeAsync(plan, 40);
        string[] expected = Digests(await _store.BuildAsync(key, statistics, DataSplit.Train));
        int moments = 0;
        for (bool crashed = true; crashed; moments++)
        {
            _store.Forget(TrainingDatasets.Step);
            _store.Forget(ScatteredEvents.Step);
            var store = new CrashingStore(_store.Store, moments);
            try
            {
                await _store.BuildAsync(key, statistics, DataSplit.Train, through: store);
            }
            catch (CrashException)
            {
                // As meant.
            }
            crashed = store.HasCrashed;
            await foreach (ObjectEntry entry in _store.Store.ListAsync("training/", cancellation).Where(entry => entry.Key.EndsWith(Dataset.ManifestName, StringComparison.Ordinal)))
                await (await Dataset.OpenAsync(_store.Store, entry.Key[..^(Dataset.ManifestName.Length + 1)], cancellation)).VerifyAsync(cancellation);
            Digests(await _store.BuildAsync(key, statistics, DataSplit.Train)).ShouldBe(expected);
        }
        // Five partitions of two objects, some shards of two, four moments of each and more.
        moments.ShouldBeGreaterThan(60);
    }

    [Fact]
    public async Task Order_and_partitions_of_the_files_make_no_difference()
    {
        (string first, FeatureStatistics one) = await _store.MergeAsync(await _store.PlanAsync(Files, 300), 250);
        string[] expected = Digests(await _store.BuildAsync(first, one, DataSplit.Train));
        (string second, FeatureStatistics other) = await _store.MergeAsync(await _store.PlanAsync([.. Files.Reverse()], 150), 250);
        second.ShouldNotBe(first);
        (other.Mean, other.Variance).ShouldBe((one.Mean, one.Variance), new SameDoubles());
        Digests(await _store.BuildAsync(second, other, DataSplit.Train)).ShouldBe(expected);
    }

    [Fact]
    public async Task Every_class_has_exactly_the_events_of_the_rarest()
    {
        PartitionPlan plan = await _store.PlanAsync(Files, 300);
        (string key, FeatureStatistics statistics) = await _store.MergeAsync(plan, 250);
        foreach (DataSplit split in (DataSplit[])[DataSplit.Train, DataSplit.Test])
        {
            int rarest = AllEvents(plan).Where(e => SampleSelection.SplitOf(e.Id, DataSplit.ByIdentity, 0.8) == split)
                .GroupBy(e => e.Label).Min(events => events.Count());
            IReadOnlyList<(ulong Id, int Label)> found = await MadeUpStore.IdsAsync(await _store.BuildAsync(key, statistics, split));
            found.CountBy(e => e.Label).ShouldAllBe(count => count.Value == rarest);
            found.Count.ShouldBe(3 * rarest);
            statistics.Classes.ShouldAllBe(c => (split == DataSplit.Train ? c.Train : c.Test) == rarest);
        }
    }

    [Fact]
    public async Task A_file_more_moves_no_event_between_training_and_test()
    {
        var before = new Dictionary<ulong, DataSplit>();
        var after = new Dictionary<ulong, DataSplit>();
        foreach ((Dictionary<ulong, DataSplit> splits, (int, int, int)[] files) in
            new[] { (before, Files), (after, [(5, 1, 800), .. Files, (6, 2, 100)]) })
        {
            (string key, FeatureStatistics statistics) = await _store.MergeAsync(await _store.PlanAsync(files, 300), 250);
            foreach (DataSplit split in (DataSplit[])[DataSplit.Train, DataSplit.Test])
            {
                foreach ((ulong id, _) in await MadeUpStore.IdsAsync(await _store.BuildAsync(key, statistics, split)))
                    splits.Add(id, split);
            }
        }
        ulong[] common = [.. before.Keys.Where(after.ContainsKey)];
        common.Length.ShouldBeGreaterThan(1000);
        common.ShouldAllBe(id => before[id] == after[id]);
    }

    [Fact]
    public async Task Where_an_event_comes_from_says_nothing_of_where_it_goes()
    {
        // Chi-squared of the tenth of the shuffled order against the tenth of the input: 81 degrees of freedom, mean 81, deviation 12.7.
        const int Bins = 10;
        PartitionPlan plan = await _store.PlanAsync([(1, 0, 3000), (2, 1, 3000), (3, 2, 3000)], 500);
        (string key, FeatureStatistics statistics) = await _store.MergeAsync(plan, 500);
        ulong[] order = [.. (await MadeUpStore.IdsAsync(await _store.BuildAsync(key, statistics, DataSplit.Train))).Select(e => e.Id)];
        HashSet<ulong> drawn = [.. order];
        Dictionary<ulong, int> places = AllEvents(plan).Where(e => drawn.Contains(e.Id)).Select((e, place) => (e.Id, place)).ToDictionary();
        var counts = new double[Bins, Bins];
        for (int i = 0; i < order.Length; i++)
            counts[i * Bins / order.Length, places[order[i]] * Bins / order.Length]++;
        double expected = order.Length / (double)(Bins * Bins), chi2 = 0;
        foreach (double count in counts)
            chi2 += (count - expected) * (count - expected) / expected;
        chi2.ShouldBeInRange(35, 145);
    }

    [Fact]
    public async Task Scattering_twice_writes_once_and_a_missing_pass_is_named()
    {
        PartitionPlan plan = await _store.PlanAsync(Files, 300);
        (string key, FeatureStatistics statistics) = await _store.MergeAsync(plan, 250);
        CancellationToken cancellation = TestContext.Current.CancellationToken;
        var error = await Should.ThrowAsync<ObjectStoreException>(
            () => ShardBuilder.BuildAsync(_store.Store, key, DataSplit.Train, 0, 1 << 30, cancellation));
        error.Message.ShouldContain("scattered/");
        await PartitionScatter.ScatterAsync(_store.Store, key, 2, 1 << 30, cancellation);
        DateTimeOffset[] times = [.. _store.Store.ListAsync("scattered/", cancellation).ToBlockingEnumerable(cancellation).Select(entry => entry.Modified)];
        times.Length.ShouldBe(2);
        await PartitionScatter.ScatterAsync(_store.Store, key, 2, 1 << 30, cancellation);
        _store.Store.ListAsync("scattered/", cancellation).ToBlockingEnumerable(cancellation).Select(entry => entry.Modified).ShouldBe(times);
        statistics.Selection.TrainShards.ShouldBeGreaterThan(3);
    }

    private static IEnumerable<(ulong Id, int Label)> AllEvents(PartitionPlan plan) => plan.Partitions.SelectMany(partition =>
    {
        EventTable table = MadeUpStore.EventsOf(plan, partition);
        return table.Ids.ToArray().Select(id => (id, partition.Label));
    });

    private static string[] Digests(IEnumerable<Dataset> datasets) => [.. datasets.Select(dataset => dataset.Manifest.Parts.Single().Sha256)];

    private sealed class SameDoubles : IEqualityComparer<(IReadOnlyList<double>, IReadOnlyList<double>)>
    {
        public bool Equals((IReadOnlyList<double>, IReadOnlyList<double>) x, (IReadOnlyList<double>, IReadOnlyList<double>) y) =>
            x.Item1.SequenceEqual(y.Item1) && x.Item2.SequenceEqual(y.Item2);

        public int GetHashCode((IReadOnlyList<double>, IReadOnlyList<double>) value) => value.Item1.Count;
    }
}
