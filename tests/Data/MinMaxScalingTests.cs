using DaprHep.Data.Datasets;

namespace DaprHep.Data.Tests;

public sealed class MinMaxScalingTests
{
    [Fact]
    public void The_smallest_value_becomes_0_the_largest_1_and_a_constant_one_half()
    {
        var scaling = new MinMaxScaling(3);
        float[] rows = [1, -2, 7, 3, 2, 7, 2, 0, 7];
        scaling.Include(rows);
        scaling.Apply(rows, rows);
        rows.ShouldBe([0, 0, 0.5f, 1, 1, 0.5f, 0.5f, 0.5f, 0.5f]);
    }

    [Fact]
    public void Values_outside_the_fitted_range_are_not_cut()
    {
        var scaled = new float[2];
        new MinMaxScaling([0.0], [2.0]).Apply([-1, 4], scaled);
        scaled.ShouldBe([-0.5f, 2]);
    }

    [Fact]
    public void Merging_parts_in_any_order_equals_fitting_the_whole()
    {
        var random = new Random(11);
        float[] rows = [.. Enumerable.Range(0, 14 * 50).Select(_ => (float)random.NextDouble())];
        var whole = new MinMaxScaling(14);
        whole.Include(rows);
        var merged = new MinMaxScaling(14);
        foreach (var part in rows.Chunk(14 * 7).Reverse())
        {
            var scaling = new MinMaxScaling(14);
            scaling.Include(part);
            merged.Merge(scaling);
        }
        merged.Merge(new MinMaxScaling(14));
        merged.Minimum.ToArray().ShouldBe(whole.Minimum.ToArray());
        merged.Maximum.ToArray().ShouldBe(whole.Maximum.ToArray());
    }

    [Fact]
    public void A_value_that_is_not_finite_is_refused_and_named() =>
        Should.Throw<ArgumentException>(() => new MinMaxScaling(2).Include([1, 2, 3, float.NaN]))
            .Message.ShouldContain("row 1 has NaN in column 1");

    [Fact]
    public void Rows_that_do_not_fit_are_refused()
    {
        Should.Throw<ArgumentException>(() => new MinMaxScaling(2).Include([1, 2, 3])).Message.ShouldContain("no whole rows of 2");
        Should.Throw<ArgumentException>(() => new MinMaxScaling(2).Merge(new MinMaxScaling(3)));
        Should.Throw<ArgumentException>(() => new MinMaxScaling([1.0], [1.0, 2.0]));
        Should.Throw<ArgumentException>(() => new MinMaxScaling([1.0, 2.0], [1.0, 1.5]))
            .Message.ShouldContain("column 1 has no range from 2 to 1.5");
        Should.Throw<ArgumentException>(() => new MinMaxScaling([1.0], [double.NaN]));
        Should.Throw<InvalidOperationException>(() => new MinMaxScaling(1).Apply([1], new float[1]));
    }
}
