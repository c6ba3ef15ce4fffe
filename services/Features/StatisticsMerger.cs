using System.Globalization;
using DaprHep.Data.Datasets;
using DaprHep.Data.Events;
using DaprHep.Data.Objects;
using DaprHep.Data.Sampling;
using DaprHep.Hosting;
using DaprHep.Physics;

namespace DaprHep.Features;

/// <summary>
/// Learns from all converted partitions what building a shard needs: feature ranges, exact class counts, which events are drawn.
/// </summary>
public sealed class StatisticsMerger
{
    /// <summary>Share of the events for training where the input does not say.</summary>
    private const double TrainShare = 0.8;

    /// <summary>Events of a shard: some 100 MB with particles.</summary>
    private const int ShardEvents = 16_384;

    private readonly PartitionPlan _plan;
    private readonly PhysicsProfile _profile;
    private readonly ulong _seed;
    private readonly SmallestKeys[] _train = NewKeys();
    private readonly SmallestKeys[] _test = NewKeys();
    private readonly Dictionary<string, long>[] _cutFlow = [.. EventClasses.Names.Select(_ => new Dictionary<string, long>())];
    private readonly MinMaxScaling _range = new(HlfColumns.Count);

    private StatisticsMerger(PartitionPlan plan, int seed)
    {
        _plan = plan;
        _profile = PhysicsProfiles.Parse(plan.Physics);
        _seed = (ulong)seed;
    }

    /// <summary>Merges the statistics of all partitions of a plan.</summary>
    /// <param name="store">The store with the plan and its converted partitions.</param>
    /// <param name="plan">The plan.</param>
    /// <param name="seed">Seed of the draw and the shuffle.</param>
    /// <param name="cancellation">Ends the work early.</param>
    /// <exception cref="BadInputException">A class has no events to train or to test on.</exception>
    public static async Task<FeatureStatistics> MergeAsync(
        ObjectStore store, PartitionPlan plan, int seed, CancellationToken cancellation)
    {
        var merger = new StatisticsMerger(plan, seed);
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
        SampleSelection selection = merger.Select(out IReadOnlyList<ClassCounts> classes);
        return new FeatureStatistics
        {
            Plan = plan.Key,
            Physics = plan.Physics,
            Features = HlfColumns.Names,
            Minimum = merger._range.Minimum.ToArray(),
            Maximum = merger._range.Maximum.ToArray(),
            Selection = selection,
            Classes = classes,
        };
    }

    private static SmallestKeys[] NewKeys() => [.. EventClasses.Names.Select(_ => new SmallestKeys())];

    private void Add(in EventTable table, DataSplit declared)
    {
        ReadOnlySpan<ulong> ids = table.Ids.Span;
        ReadOnlySpan<sbyte> labels = table.Labels.Span;
        for (int i = 0; i < ids.Length; i++)
        {
            DataSplit split = SampleSelection.SplitOf(ids[i], declared, TrainShare);
            SmallestKeys[] keys = split == DataSplit.Train ? _train : _test;
            keys[labels[i]].Add(EventIdentity.DrawKey(ids[i], _seed));
            // The published pipeline scaled with the range of all events; a textbook one must not look at the test events.
            if (split == DataSplit.Train || _profile == PhysicsProfile.Cern2019)
                _range.Include(table.HlfOf(i));
        }
    }

    private SampleSelection Select(out IReadOnlyList<ClassCounts> classes)
    {
        int train = Rarest(_train, "training"), test = Rarest(_test, "testing");
        classes = [.. EventClasses.Names.Select((name, label) =>
            new ClassCounts(name, [.. _cutFlow[label].Select(step => new NamedCount(step.Key, step.Value))], train, test))];
        return new SampleSelection(
            TrainShare,
            _seed,
            [.. _train.Select(keys => keys.LimitFor(train))],
            [.. _test.Select(keys => keys.LimitFor(test))],
            Shards(train),
            Shards(test));
    }

    private static int Shards(int eventsOfAClass) => (eventsOfAClass * EventClasses.Names.Count + ShardEvents - 1) / ShardEvents;

    private int Rarest(SmallestKeys[] keys, string use)
    {
        int rarest = keys.Min(k => k.Count);
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
