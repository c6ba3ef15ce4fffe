using DaprHep.Learning.Report;
using FsCheck;
using FsCheck.Fluent;

namespace DaprHep.Learning.Tests;

public sealed class ReportHistogramTests
{
    [Fact]
    public void Every_event_of_the_fine_bins_is_in_one_bin_between_rising_edges() =>
        Prop.ForAll(Gen.Choose(0, 100_000).ToArbitrary(), seed =>
        {
            var random = new Random(seed);
            var bins = random.Next(1, 600);
            long[][] counts = [.. Enumerable.Range(0, 3)
                .Select(_ => Enumerable.Range(0, bins).Select(_ => random.Next(4) == 0 ? random.NextInt64(1000) : 0).ToArray())];
            var low = random.Next(-50, 50) * (random.Next(2) == 0 ? 1 : 0.37);
            var histogram = Histogram.OfFineBins("x", "", low, low + random.Next(60), counts);
            return counts.Sum(ofClass => ofClass.Sum()) == 0
                ? histogram.Edges.Count == 0
                : histogram.Counts.Zip(counts)
                    .All(pair => pair.First.Sum() == pair.Second.Sum() && pair.First.Count == histogram.Edges.Count - 1)
                    && histogram.Edges.Zip(histogram.Edges.Skip(1)).All(edge => edge.Second > edge.First);
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(1000).WithReplay(44, 45));

    [Fact]
    public void Whole_numbers_get_a_bin_each()
    {
        var histogram = Histogram.OfFineBins("NJets", "", 2, 5, [Fill(2, 5, [2, 3, 3]), Fill(2, 5, [5])]);
        histogram.Edges.ShouldBe([1.5, 2.5, 3.5, 4.5, 5.5]);
        histogram.Counts[0].ShouldBe([1L, 2, 0, 0]);
        histogram.Counts[1].ShouldBe([0L, 0, 0, 1]);
    }

    [Fact]
    public void A_long_tail_goes_into_the_last_bin()
    {
        var random = new Random(5);
        double[] values = [.. Enumerable.Range(0, 10_000).Select(_ => -100 * Math.Log(1 - random.NextDouble())), 5000];
        var histogram = Histogram.OfFineBins("HT", "GeV", 0, 5000, [Fill(0, 5000, values)]);
        histogram.Edges[0].ShouldBe(0);
        histogram.Edges[^1].ShouldBeInRange(450, 700);
        histogram.Counts[0][^1].ShouldBeGreaterThan(20);
        histogram.Counts[0].Count.ShouldBeInRange(20, 60);
    }

    [Fact]
    public void A_range_without_tails_is_shown_whole()
    {
        var random = new Random(6);
        double[] values = [.. Enumerable.Range(0, 10_000).Select(_ => (random.NextDouble() - 0.5) * Math.Tau)];
        var histogram = Histogram.OfFineBins("LepPhi", "rad", -Math.PI, Math.PI, [Fill(-Math.PI, Math.PI, values)]);
        histogram.Edges[0].ShouldBe(-Math.PI, 1e-9);
        histogram.Edges[^1].ShouldBe(Math.PI, 1e-9);
        histogram.Counts[0].ShouldAllBe(count => count > 220 && count < 400);
    }

    [Fact]
    public void One_value_makes_one_bin_around_it()
    {
        var histogram = Histogram.OfFineBins("LepIsEle", "", 1, 1, [[3, 0], [0, 4]]);
        histogram.Edges.ShouldBe([0.5, 1.5]);
        histogram.Counts.Select(counts => counts.Single()).ShouldBe([3L, 4]);
    }

    private static long[] Fill(double low, double high, double[] values)
    {
        var counts = new long[512];
        foreach (var value in values)
            counts[(int)Math.Clamp((value - low) / (high - low) * 512, 0, 511)]++;
        return counts;
    }
}
