using System.Globalization;
using DaprHep.Data.Datasets;
using DaprHep.Data.Events;
using DaprHep.Data.Objects;
using DaprHep.Data.Sampling;
using DaprHep.Hosting;
using DaprHep.Physics;

namespace DaprHep.Features;

/// <summary>
/// Learns from all converted partitions what building a shard needs: feature ranges, exact class counts, which events are drawn. Nothing
/// it keeps grows with the number of events.
/// </summary>
public sealed class StatisticsMerger
{
    /// <summary>Share of the events for training where the input does not say.</summary>
    private const double TrainShare = 0.8;

    /// <summary>Events of a shard: some 100 MB with particles.</summary>
    public const int ShardEvents = 16_384;

    private readonly PartitionPlan _plan;
    private readonly PhysicsProfile _profile;
    private readonly ulong _seed;
    private readonly int _shardEvents;
    private readonly SmallestKeys[] _train;
    private readonly SmallestKeys[] _test;
    private readonly Dictionary<string, long>[] _cutFlow = [.. EventClasses.Names.Select(_ => new Dictionary<string, long>())];
    private readonly MinMaxScaling _range = new(HlfColumns.Count);
    private readonly FeatureMoments _moments = new(HlfColumns.Count);

    private StatisticsMerger(PartitionPlan plan, int seed, int shardEvents, int keptKeys)
    {
        _plan = plan;
        _profile = PhysicsProfiles.Parse(plan.Physics);
        _seed = (ulong)seed;
        _shardEvents = shardEvents;
        _train = [.. EventClasses.Names.Select(_ => new SmallestKeys(keptKeys))];
        _test = [.. EventClasses.Names.Select(_ => new SmallestKeys(keptKeys))];
    }

    /// <summary>Merges the statistics of all partitions of a plan.</summary>
    /// <param name="store">The store with the plan and its converted partitions.</param>
    /// <param name="plan">The plan.</param>
    /// <param name="seed">Seed of the draw and the shuffle.</param>
    /// <param name="cancellation">Ends the work early.</param>
    /// <param name="shardEvents">Events of a shard.</param>
    /// <param name="keptKeys">Draw keys of a class kept at most; the events are gone through twice where there are more.</param>
    /// <exception cref="BadInputException">A class has no events to train or to test on.</exception>
    public static async Task<FeatureStatistics> MergeAsync(
        ObjectStore store,
        PartitionPlan plan,
        int seed,
        CancellationToken cancellation,
        int shardEvents = ShardEvents,
        int keptKeys = SmallestKeys.DefaultKept)
    {
        var merger = new StatisticsMerger(plan, seed, shardEvents, keptKeys);
        foreach (Partition partition in plan.Partitions)
        {
            Dataset dataset = await EventDatasets.OpenAsync(store, plan, partition, cancellation);
            foreach (NamedCount count in dataset.Manifest.Counts)
            {
                Dictionary<string, long> flow = merger._cutFlow[partition.Label];
                flow[count.Name] = flow.GetValueOrDefault(count.Name) + count.Count;
            }
            await dataset.ForEachTableAsync(table => merger.Add(table, partition.Split), cancellation);
        }
        (long train, long test) = merger.Draw();
        if (merger._train.Concat(merger._test).Any(keys => keys.NeedsSecondPass))
        {
            foreach (Partition partition in plan.Partitions)
            {
                Dataset dataset = await EventDatasets.OpenAsync(store, plan, partition, cancellation);
                await dataset.ForEachTableAsync(table => merger.AddAgain(table, partition.Split), cancellation);
            }
        }
        return new FeatureStatistics
        {
            Plan = plan.Key,
            Physics = plan.Physics,
            Compression = plan.Compression,
            Features = HlfColumns.Names,
            Minimum = merger._range.Minimum.ToArray(),
            Maximum = merger._range.Maximum.ToArray(),
            Mean = [.. Enumerable.Range(0, HlfColumns.Count).Select(merger._moments.Mean)],
            Variance = [.. Enumerable.Range(0, HlfColumns.Count).Select(merger._moments.Variance)],
            Selection = merger.Select(train, test),
            Classes = merger.Count(train, test),
        };
    }

    /// <summary>How many draw keys of a class may be kept, so that all of them and the arrays they grow out of fit some memory.</summary>
    public static int KeptKeysIn(long memory) =>
        (int)Math.Min(SmallestKeys.DefaultKept, memory / (2 * sizeof(ulong) * 2 * EventClasses.Names.Count));

    private void Add(in EventTable table, DataSplit declared)
    {
        ReadOnlySpan<ulong> ids = table.Ids.Span;
        ReadOnlySpan<sbyte> labels = table.Labels.Span;
        for (int i = 0; i < ids.Length; i++)
        {
            DataSplit split = SampleSelection.SplitOf(ids[i], declared, TrainShare);
            KeysOf(split)[labels[i]].Add(EventIdentity.DrawKey(ids[i], _seed));
            // The published pipeline scaled with the range of all events; a textbook one must not look at the test events.
            if (split == DataSplit.Test && _profile != PhysicsProfile.Cern2019)
                continue;
            _range.Include(table.HlfOf(i));
            _moments.Include(table.HlfOf(i));
        }
    }

    private void AddAgain(in EventTable table, DataSplit declared)
    {
        ReadOnlySpan<ulong> ids = table.Ids.Span;
        ReadOnlySpan<sbyte> labels = table.Labels.Span;
        for (int i = 0; i < ids.Length; i++)
        {
            DataSplit split = SampleSelection.SplitOf(ids[i], declared, TrainShare);
            KeysOf(split)[labels[i]].AddAgain(EventIdentity.DrawKey(ids[i], _seed));
        }
    }

    private SmallestKeys[] KeysOf(DataSplit split) => split == DataSplit.Train ? _train : _test;

    // As many of each class as the rarest has.
    private (long Train, long Test) Draw()
    {
        long train = Rarest(_train, "training"), test = Rarest(_test, "testing");
        foreach (SmallestKeys keys in _train)
            keys.Draw(train);
        foreach (SmallestKeys keys in _test)
            keys.Draw(test);
        return (train, test);
    }

    private ClassCounts[] Count(long train, long test) => [.. EventClasses.Names.Select((name, label) =>
        new ClassCounts(name, [.. _cutFlow[label].Select(step => new NamedCount(step.Key, step.Value))], train, test))];

    private SampleSelection Select(long train, long test) => new(
        TrainShare,
        _seed,
        [.. _train.Select(keys => keys.Limit())],
        [.. _test.Select(keys => keys.Limit())],
        Shards(train),
        Shards(test));

    private int Shards(long eventsOfAClass) => checked((int)(((eventsOfAClass * EventClasses.Names.Count) + _shardEvents - 1) / _shardEvents));

    private long Rarest(SmallestKeys[] keys, string use)
    {
        long rarest = keys.Min(k => k.Count);
        if (rarest > 0)
            return rarest;
        int label = Array.FindIndex(keys, k => k.Count == 0);
        string flow = string.Join(" → ", _cutFlow[label].Select(step => string.Create(CultureInfo.InvariantCulture, $"{step.Value} {step.Key}")));
        string files = string.Join(", ", _plan.Partitions.Where(p => p.Label == label).Select(p => _plan.Sources[p.Source].Url).Distinct().Take(3));
        throw new BadInputException(
            $"class '{EventClasses.Names[label]}' ({files}): no selected events for {use} ({flow}); "
            + "every class needs some: give more events, or check that these are the files meant");
    }
}
