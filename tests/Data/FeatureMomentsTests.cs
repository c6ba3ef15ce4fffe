using DaprHep.Data.Datasets;
using FsCheck;
using FsCheck.Fluent;

namespace DaprHep.Data.Tests;

public sealed class FeatureMomentsTests
{
    [Fact]
    public void Agrees_with_a_computation_in_two_passes()
    {
        var random = new Random(3);
        float[] values = [.. Enumerable.Range(0, 20_000).Select(_ => (float)(1000 + random.NextDouble()))];
        var moments = new FeatureMoments(2);
        moments.Include(values);
        for (int column = 0; column < 2; column++)
        {
            double[] own = [.. values.Where((_, i) => i % 2 == column).Select(value => (double)value)];
            double mean = own.Average();
            moments.Mean(column).ShouldBe(mean, 1e-12 * mean);
            moments.Variance(column).ShouldBe(own.Average(x => (x - mean) * (x - mean)), 1e-9);
        }
        moments.Count.ShouldBe(10_000);
    }

    [Fact]
    public void Any_order_of_rows_and_of_merging_gives_the_same_bits() => Prop.ForAll<int, int>((seed, cut) =>
    {
        var random = new Random(seed);
        // All magnitudes a float32 has, where every double-precision sum would round.
        float[] values = [.. Enumerable.Range(0, 60).Select(_ => BitConverter.Int32BitsToSingle(random.Next()) * (random.Next(2) * 2 - 1))
            .Where(float.IsFinite)];
        FeatureMoments inOrder = Of(values);
        float[] shuffled = [.. values];
        random.Shuffle(shuffled);
        int at = (int)((uint)cut % (uint)(values.Length + 1)), mid = at / 2;
        FeatureMoments a = Of(shuffled[..mid]), b = Of(shuffled[mid..at]), c = Of(shuffled[at..]);
        b.Merge(c);
        b.Merge(a);
        return Bits(b) == Bits(inOrder) && b.Count == values.Length;
    }).QuickCheckThrowOnFailure();

    [Fact]
    public void Cancellation_loses_nothing()
    {
        FeatureMoments moments = Of([float.MaxValue, float.Epsilon, -float.MaxValue]);
        moments.Mean(0).ShouldBe(float.Epsilon / 3.0);
        FeatureMoments same = Of([.. Enumerable.Repeat(0.1f, 1000)]);
        same.Mean(0).ShouldBe(0.1f);
        same.Variance(0).ShouldBe(0);
        Of([1, 2]).Variance(0).ShouldBe(0.25);
        Of([0, -0f]).Mean(0).ShouldBe(0);
    }

    [Fact]
    public void What_is_no_number_or_no_row_is_refused()
    {
        Should.Throw<ArgumentException>(() => Of([1, float.NaN])).Message.ShouldContain("row 1");
        Should.Throw<ArgumentException>(() => new FeatureMoments(2).Include([1f])).Message.ShouldContain("whole rows");
        Should.Throw<ArgumentException>(() => new FeatureMoments(2).Merge(new FeatureMoments(3)));
        double.IsNaN(new FeatureMoments(1).Mean(0)).ShouldBeTrue();
    }

    private static FeatureMoments Of(float[] values)
    {
        var moments = new FeatureMoments(1);
        moments.Include(values);
        return moments;
    }

    private static (long, long) Bits(FeatureMoments moments) =>
        (BitConverter.DoubleToInt64Bits(moments.Mean(0)), BitConverter.DoubleToInt64Bits(moments.Variance(0)));
}
