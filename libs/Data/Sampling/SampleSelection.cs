using DaprHep.Data.Datasets;

namespace DaprHep.Data.Sampling;

/// <summary>
/// Says of any event, by its identity alone, whether it is drawn for training or testing and where the shuffled dataset has it.
/// Classes are made equal by drawing from each the events with the smallest draw keys: exact counts, and the same draw whatever the
/// order of the files.
/// </summary>
/// <param name="TrainShare">Share of events for training where the input does not say, 0 to 1.</param>
/// <param name="Seed">Seed of draw and order.</param>
/// <param name="TrainLimits">By label: the largest draw key that is drawn for training.</param>
/// <param name="TestLimits">By label: the largest draw key that is drawn for testing.</param>
/// <param name="TrainShards">Number of training shards.</param>
/// <param name="TestShards">Number of test shards.</param>
public sealed record SampleSelection(
    double TrainShare, ulong Seed, IReadOnlyList<ulong> TrainLimits, IReadOnlyList<ulong> TestLimits, int TrainShards, int TestShards)
{
    /// <summary>Train or test, for an event of a partition whose split is <paramref name="declared"/>.</summary>
    public static DataSplit SplitOf(ulong identity, DataSplit declared, double trainShare) => declared != DataSplit.ByIdentity
        ? declared
        : EventIdentity.SplitKey(identity) / 18446744073709551616.0 < trainShare ? DataSplit.Train : DataSplit.Test;

    /// <summary>Whether the event is drawn for <paramref name="split"/>.</summary>
    public bool Draws(ulong identity, int label, DataSplit declared, DataSplit split) =>
        SplitOf(identity, declared, TrainShare) == split
        && EventIdentity.DrawKey(identity, Seed) <= (split == DataSplit.Train ? TrainLimits : TestLimits)[label];

    /// <summary>The shard an event goes to. Shards cut the shuffled order into equal ranges of keys, so shard after shard is the whole order.</summary>
    public int ShardOf(ulong identity, DataSplit split) =>
        (int)Math.BigMul(EventIdentity.OrderKey(identity, Seed), (ulong)ShardsOf(split), out _);

    /// <summary>Number of shards of a split.</summary>
    public int ShardsOf(DataSplit split) => split == DataSplit.Train ? TrainShards : TestShards;
}
