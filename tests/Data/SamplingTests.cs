using DaprHep.Data.Datasets;
using DaprHep.Data.Sampling;
using FsCheck;
using FsCheck.Fluent;

namespace DaprHep.Data.Tests;

public sealed class SamplingTests
{
    private static ulong[] Events(uint source, int count) => [.. Enumerable.Range(0, count).Select(entry => EventIdentity.Of(source, (uint)entry))];

    [Fact]
    public void Identity_holds_source_and_entry() => Prop.ForAll<uint, uint>((source, entry) =>
    {
        ulong identity = EventIdentity.Of(source, entry);
        return EventIdentity.SourceOf(identity) == source && EventIdentity.EntryOf(identity) == entry;
    }).QuickCheckThrowOnFailure();

    [Fact]
    public void Draws_exactly_as_many_events_of_each_class_as_the_rarest_has()
    {
        ulong[][] classes = [Events(1, 1000), Events(2, 317), Events(3, 5000)];
        SampleSelection selection = SelectionFor(classes, 317, shards: 4);
        for (int label = 0; label < 3; label++)
            classes[label].Count(id => selection.Draws(id, label, DataSplit.Train, DataSplit.Train)).ShouldBe(317);
    }

    [Fact]
    public void Train_and_test_are_disjoint_and_complete_and_four_to_one()
    {
        ulong[] events = Events(9, 100_000);
        int train = events.Count(id => SampleSelection.SplitOf(id, DataSplit.ByIdentity, 0.8) == DataSplit.Train);
        // Five standard deviations of a binomial with p = 0.8.
        train.ShouldBeInRange(80_000 - 632, 80_000 + 632);
    }

    [Fact]
    public void A_declared_split_is_kept()
    {
        foreach (ulong id in Events(4, 100))
        {
            SampleSelection.SplitOf(id, DataSplit.Test, 0.8).ShouldBe(DataSplit.Test);
            SampleSelection.SplitOf(id, DataSplit.Train, 0.8).ShouldBe(DataSplit.Train);
        }
    }

    [Fact]
    public void Shards_are_ranges_of_the_shuffled_order_of_about_equal_size()
    {
        ulong[] events = Events(5, 40_000);
        SampleSelection selection = SelectionFor([events, events, events], events.Length, shards: 8);
        int[] sizes = new int[8];
        int previous = 0;
        foreach (ulong id in events.OrderBy(id => EventIdentity.OrderKey(id, selection.Seed)))
        {
            int shard = selection.ShardOf(id, DataSplit.Train);
            shard.ShouldBeInRange(previous, 7);
            previous = shard;
            sizes[shard]++;
        }
        foreach (int size in sizes)
            size.ShouldBeInRange(5000 - 340, 5000 + 340);
    }

    [Fact]
    public void The_shuffled_order_is_uniform()
    {
        // Chi-squared over 100 bins of the place that the first hundred thousand entries of one file take: 99 degrees of freedom.
        const int Count = 100_000, Bins = 100;
        double[] bins = new double[Bins];
        foreach (ulong id in Events(123, Count))
            bins[(int)(EventIdentity.OrderKey(id, 42) / 18446744073709551616.0 * Bins)]++;
        double chi2 = bins.Sum(n => (n - Count / Bins) * (n - Count / Bins) / (Count / Bins));
        chi2.ShouldBeInRange(50, 160);
    }

    [Fact]
    public void Draw_split_and_order_are_independent()
    {
        // Correlation of the keys over many events: zero within five standard errors.
        ulong[] events = Events(77, 50_000);
        Correlation(events, id => EventIdentity.SplitKey(id), id => EventIdentity.OrderKey(id, 1)).ShouldBeInRange(-0.023, 0.023);
        Correlation(events, id => EventIdentity.SplitKey(id), id => EventIdentity.DrawKey(id, 1)).ShouldBeInRange(-0.023, 0.023);
        Correlation(events, id => EventIdentity.DrawKey(id, 1), id => EventIdentity.OrderKey(id, 1)).ShouldBeInRange(-0.023, 0.023);
        Correlation(events, id => EventIdentity.OrderKey(id, 1), id => EventIdentity.OrderKey(id, 2)).ShouldBeInRange(-0.023, 0.023);
    }

    private static double Correlation(ulong[] events, Func<ulong, ulong> x, Func<ulong, ulong> y)
    {
        double[] xs = [.. events.Select(id => x(id) / 18446744073709551616.0 - 0.5)], ys = [.. events.Select(id => y(id) / 18446744073709551616.0 - 0.5)];
        return xs.Zip(ys, (a, b) => a * b).Average() * 12;
    }

    private static SampleSelection SelectionFor(ulong[][] classes, int count, int shards)
    {
        const ulong Seed = 11;
        ulong[] limits = [.. classes.Select(events =>
        {
            var keys = new SmallestKeys();
            foreach (ulong id in events)
                keys.Add(EventIdentity.DrawKey(id, Seed));
            keys.Draw(count);
            return keys.Limit();
        })];
        return new SampleSelection(0.8, Seed, limits, limits, shards, shards);
    }
}
