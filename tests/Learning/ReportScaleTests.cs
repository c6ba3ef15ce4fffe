using DaprHep.Learning.Report;
using DaprHep.Learning.Report.Charts;
using FsCheck;
using FsCheck.Fluent;

namespace DaprHep.Learning.Tests;

public sealed class ReportScaleTests
{
    private static readonly Arbitrary<double> AnyNumber = ArbMap.Default.GeneratorFor<double>().ToArbitrary();

    [Fact]
    public void Any_two_numbers_make_an_axis_with_a_few_distinct_marks_inside() =>
        Prop.ForAll(AnyNumber, AnyNumber, (a, b) =>
        {
            AxisScale[] scales =
                [LinearScale.Exactly(a, b, 5), LinearScale.Rounded(a, b, 5), LinearScale.OfIntegers(Math.Min(1e6, a), Math.Min(1e6, b), 8),
                    LogScale.Around(a, b)];
            return scales.All(scale =>
            {
                var ticks = scale.Ticks();
                var labels = ticks.Where(tick => tick.IsMajor).Select(tick => tick.Label).ToList();
                return scale.Low < scale.High && ticks.Count < 100
                    && ticks.All(tick => scale.Place(tick.Value) is > -1e-6 and < 1 + 1e-6)
                    && labels.Count <= 12 && labels.Distinct().Count() == labels.Count;
            });
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(2000).WithReplay(42, 43));

    [Theory]
    [InlineData(0, 1, "0 0.2 0.4 0.6 0.8 1.0")]
    [InlineData(-3.14, 3.14, "−2 0 2")]
    [InlineData(0, 1234, "0 500 1000")]
    [InlineData(0, 300000, "0 1·10⁵ 2·10⁵ 3·10⁵")]
    [InlineData(0, 0.0004, "0 1·10⁻⁴ 2·10⁻⁴ 3·10⁻⁴ 4·10⁻⁴")]
    public void Marks_of_a_linear_axis_are_round(double low, double high, string labels) =>
        string.Join(' ', LinearScale.Exactly(low, high, 5).Ticks().Select(tick => tick.Label)).ShouldBe(labels);

    [Fact]
    public void Marks_of_a_logarithmic_axis_are_powers_of_ten_with_minor_ones_between()
    {
        var ticks = LogScale.Around(2e-4, 0.7).Ticks();
        string.Join(' ', ticks.Where(tick => tick.IsMajor).Select(tick => tick.Label)).ShouldBe("10⁻⁴ 10⁻³ 10⁻² 10⁻¹ 1");
        ticks.Count.ShouldBe(5 + 4 * 8);
    }

    [Theory]
    [InlineData(0.97123, 0.00134, "0.9712 ± 0.0013")]
    [InlineData(0.5, null, "0.5000")]
    [InlineData(0.0000312, 0.0000041, "(3.12 ± 0.41) × 10⁻⁵")]
    [InlineData(0.0000312, null, "3.12 × 10⁻⁵")]
    [InlineData(0.0, 0.0, "0.0000")]
    [InlineData(12345.6, 98.7, "12\u202F346 ± 99")]
    [InlineData(double.NaN, 1.0, "–")]
    [InlineData(null, null, "–")]
    public void A_measurement_has_the_digits_its_error_allows(double? value, double? error, string text) =>
        Markup.Of(new Measurement(value, error)).ShouldBe(text);

    [Fact]
    public void A_histogram_holds_every_finite_value_once() =>
        Prop.ForAll(ArbMap.Default.ArbFor<float[]>(), ArbMap.Default.ArbFor<float[]>(), (first, second) =>
        {
            var histogram = Histogram.Of("x", "", [first, second]);
            return histogram.Counts.Count == 0
                ? !first.Concat(second).Any(float.IsFinite)
                : histogram.Counts[0].Sum() == first.Count(float.IsFinite) && histogram.Counts[1].Sum() == second.Count(float.IsFinite)
                    && histogram.Edges.Zip(histogram.Edges.Skip(1)).All(edge => edge.Second > edge.First);
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(500).WithReplay(44, 45));

    [Fact]
    public void Whole_numbers_get_a_bin_each()
    {
        var histogram = Histogram.Of("NJets", "", [[2, 3, 3], [5]]);
        histogram.Edges.ShouldBe([1.5, 2.5, 3.5, 4.5, 5.5]);
        histogram.Counts[0].ShouldBe([1d, 2, 0, 0]);
        histogram.Counts[1].ShouldBe([0d, 0, 0, 1]);
    }

    [Fact]
    public void A_long_tail_goes_into_the_last_bin_and_an_angle_keeps_its_range()
    {
        var random = new Random(5);
        float[] tail = [.. Enumerable.Range(0, 10_000).Select(_ => (float)(-100 * Math.Log(1 - random.NextDouble()))), 5000];
        var energy = Histogram.Of("HT", "GeV", [tail]);
        energy.Edges[0].ShouldBe(0);
        energy.Edges[^1].ShouldBeInRange(400, 700);
        energy.Counts[0][^1].ShouldBeGreaterThan(40);

        float[] angles = [.. Enumerable.Range(0, 10_000).Select(_ => (random.NextSingle() - 0.5f) * MathF.Tau)];
        var angle = Histogram.Of("LepPhi", "rad", [angles]);
        angle.Edges[0].ShouldBe(angles.Min());
        angle.Edges[^1].ShouldBe(angles.Max());
    }
}
