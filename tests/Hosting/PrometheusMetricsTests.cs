using System.Diagnostics.Metrics;
using DaprHep.Hosting.Telemetry;
using Microsoft.Extensions.Logging.Abstractions;

namespace DaprHep.Hosting.Tests;

/// <summary>The text at /metrics: names, types, labels, sums and buckets as Prometheus reads them.</summary>
public sealed class PrometheusMetricsTests : IDisposable
{
    private readonly Meter _meter = new(Measures.MeterName);
    private readonly PrometheusMetrics _metrics = new(NullLogger<PrometheusMetrics>.Instance);

    public void Dispose()
    {
        _metrics.Dispose();
        _meter.Dispose();
    }

    [Fact]
    public void A_counter_adds_up_by_labels_which_are_sorted_and_escaped()
    {
        Counter<long> counter = _meter.CreateCounter<long>("test.things", "{thing}", "Things,\nwith a break.");
        counter.Add(2, new("b", "x\"y\\z\nw"), new("a.c", 1));
        counter.Add(3, new("a.c", 1), new("b", "x\"y\\z\nw"));
        counter.Add(1);
        Text().ShouldContain(
            "# HELP test_things_total Things, with a break.\n# TYPE test_things_total counter\ntest_things_total 1\n"
            + """test_things_total{a_c="1",b="x\"y\\z\nw"} 5""" + "\n");
    }

    [Fact]
    public void A_histogram_counts_what_is_at_most_each_bound()
    {
        Histogram<double> histogram = _meter.CreateHistogram(
            "test.time", "s", null, tags: null, new InstrumentAdvice<double> { HistogramBucketBoundaries = [0.1, 1] });
        foreach (double value in (double[])[0.1, 0.5, 7])
            histogram.Record(value);
        Text().ShouldContain("""
            # TYPE test_time_seconds histogram
            test_time_seconds_bucket{le="0.1"} 1
            test_time_seconds_bucket{le="1"} 2
            test_time_seconds_bucket{le="+Inf"} 3
            test_time_seconds_sum 7.6
            test_time_seconds_count 3
            """.ReplaceLineEndings("\n"));
    }

    [Fact]
    public void What_goes_up_and_down_is_a_gauge_and_an_observed_value_that_is_told_no_more_is_gone()
    {
        UpDownCounter<long> active = _meter.CreateUpDownCounter<long>("test.active");
        active.Add(3);
        active.Add(-2);
        string[] states = ["one", "two"];
        _meter.CreateObservableGauge("test.bytes", () => states.Select(s => new Measurement<long>(4, new KeyValuePair<string, object?>("s", s))), "By");
        Text().ShouldContain("# TYPE test_active gauge\ntest_active 1\n");
        Text().ShouldContain("test_bytes{s=\"one\"} 4\ntest_bytes{s=\"two\"} 4\n");
        states = ["two"];
        Text().ShouldNotContain("test_bytes{s=\"one\"}");
    }

    [Fact]
    public void The_number_of_series_is_bounded()
    {
        Counter<long> counter = _meter.CreateCounter<long>("test.many");
        for (int i = 0; i < 10_000; i++)
            counter.Add(1, new KeyValuePair<string, object?>("i", i));
        Text().Split('\n').Count(line => line.StartsWith("test_many_total{", StringComparison.Ordinal)).ShouldBe(2000);
    }

    [Fact]
    public void A_gauge_that_cannot_be_read_hides_no_other()
    {
        _meter.CreateObservableGauge("test.before", () => 1);
        _meter.CreateObservableGauge("test.broken", (Func<long>)(() => throw new InvalidOperationException("broken")));
        _meter.CreateObservableGauge("test.after", () => 2);
        string text = Text();
        text.ShouldContain("test_before 1\n");
        text.ShouldContain("test_after 2\n");
        text.ShouldNotContain("\ntest_broken ");
    }

    [Fact]
    public void The_process_and_its_garbage_collector_are_told()
    {
        GC.Collect();
        string text = Text();
        text.ShouldMatch("dotnet_process_memory_working_set_bytes [1-9]");
        text.ShouldMatch("dotnet_gc_collections_total\\{gc_heap_generation=\"gen2\"\\} [1-9]");
        text.ShouldMatch("dotnet_process_cpu_time_seconds_total\\{cpu_mode=\"user\"\\} ");
    }

    private string Text()
    {
        using var text = new StringWriter();
        _metrics.Write(text);
        return text.ToString();
    }
}
