using System.Diagnostics;
using System.Diagnostics.Metrics;

namespace DaprHep.Hosting.Telemetry;

/// <summary>
/// What DaprHep counts and times of its own work, as instruments of the meter <c>DaprHep</c>. Where nobody listens, a measurement is one
/// comparison. Tags have few values (activities, steps, outcomes), never names of runs or files. <c>docs/operations.md</c> lists them.
/// </summary>
public static class Measures
{
    /// <summary>Name of the meter.</summary>
    public const string MeterName = "DaprHep";

    /// <summary>Name of the source of spans that are DaprHep's own.</summary>
    public const string SourceName = "DaprHep";

    private static readonly Meter Meter = new(MeterName, SoftwareVersion.Current);
    private static readonly ActivitySource Spans = new(SourceName, SoftwareVersion.Current);

    // A no-op takes milliseconds, a training hours.
    private static readonly InstrumentAdvice<double> WorkSeconds = new()
    {
        HistogramBucketBoundaries = [0.01, 0.03, 0.1, 0.3, 1, 3, 10, 30, 60, 120, 300, 600, 1800, 3600, 14400],
    };

    private static readonly UpDownCounter<long> Active = Meter.CreateUpDownCounter<long>(
        "daprhep.activity.active", "{activity}", "Activities that run now or wait for a core, by name.");

    private static readonly Histogram<double> Duration = Meter.CreateHistogram(
        "daprhep.activity.duration", "s", "Time of activities by name and outcome: done, bad_input, failed, cancelled.", tags: null, WorkSeconds);

    private static readonly Counter<long> Retries = Meter.CreateCounter<long>(
        "daprhep.activity.retries", "{call}", "Calls of an activity after one that failed, by name.");

    private static readonly UpDownCounter<long> ActiveJobs = Meter.CreateUpDownCounter<long>(
        "daprhep.job.active", "{job}", "Jobs that this process holds, by kind and state: queued, running.");

    private static readonly Histogram<double> JobDuration = Meter.CreateHistogram(
        "daprhep.job.duration", "s", "Time of attempts at jobs from their acceptance, by kind and outcome.", tags: null, WorkSeconds);

    private static readonly Histogram<double> Steps = Meter.CreateHistogram(
        "daprhep.step.duration", "s", "Wall time of the steps of runs, by step.", tags: null, WorkSeconds);

    private static readonly Counter<long> Events = Meter.CreateCounter<long>(
        "daprhep.step.events", "{event}", "Events worked on, by step.");

    private static readonly Counter<long> Output = Meter.CreateCounter<long>(
        "daprhep.step.output", "By", "Bytes written to the object store, by step.");

    /// <summary>How an activity ended.</summary>
    public enum Outcome
    {
        /// <summary>With a result.</summary>
        Done,

        /// <summary>The input is to blame, and it is not tried again.</summary>
        BadInput,

        /// <summary>It threw.</summary>
        Failed,

        /// <summary>Its run was cancelled.</summary>
        Cancelled,
    }

    /// <summary>Starts a span of DaprHep's own; null when nobody wants it.</summary>
    public static Activity? StartSpan(string name, ActivityKind kind = ActivityKind.Internal) => Spans.StartActivity(name, kind);

    /// <summary>An activity was taken from the runtime.</summary>
    public static void ActivityStarts(string activity) => Active.Add(1, new KeyValuePair<string, object?>("activity", activity));

    /// <summary>It ended so, after <paramref name="elapsed"/>.</summary>
    public static void ActivityEnds(string activity, Outcome outcome, TimeSpan elapsed)
    {
        Active.Add(-1, new KeyValuePair<string, object?>("activity", activity));
        Duration.Record(
            elapsed.TotalSeconds,
            new KeyValuePair<string, object?>("activity", activity),
            new KeyValuePair<string, object?>("outcome", NameOf(outcome)));
    }

    /// <summary>An outcome as metrics and work records name it.</summary>
    public static string NameOf(Outcome outcome) => outcome switch
    {
        Outcome.Done => "done",
        Outcome.BadInput => "bad_input",
        Outcome.Cancelled => "cancelled",
        _ => "failed",
    };

    /// <summary>An activity failed and is called again.</summary>
    public static void ActivityIsRetried(string activity) => Retries.Add(1, new KeyValuePair<string, object?>("activity", activity));

    /// <summary>As many more jobs of that kind are in that state.</summary>
    internal static void JobsChange(string kind, string state, int change) =>
        ActiveJobs.Add(change, new KeyValuePair<string, object?>("kind", kind), new KeyValuePair<string, object?>("state", state));

    /// <summary>An attempt at a job has ended so.</summary>
    internal static void JobEnds(string kind, string outcome, TimeSpan elapsed) => JobDuration.Record(
        elapsed.TotalSeconds, new KeyValuePair<string, object?>("kind", kind), new KeyValuePair<string, object?>("outcome", outcome));

    /// <summary>A step of a run has ended.</summary>
    public static void StepEnds(string step, TimeSpan elapsed) =>
        Steps.Record(elapsed.TotalSeconds, new KeyValuePair<string, object?>("step", step));

    /// <summary>A step has worked on more events.</summary>
    public static void StepDid(string step, long events) => Events.Add(events, new KeyValuePair<string, object?>("step", step));

    /// <summary>A step has written more bytes.</summary>
    public static void StepWrote(string step, long bytes) => Output.Add(bytes, new KeyValuePair<string, object?>("step", step));

    /// <summary>Offers a gauge that is read when metrics are asked for.</summary>
    /// <param name="name">Name, dots between its words.</param>
    /// <param name="unit">Unit.</param>
    /// <param name="description">What it says.</param>
    /// <param name="tag">The tag that tells the values apart.</param>
    /// <param name="read">The values by tag.</param>
    public static void Offer(string name, string unit, string description, string tag, Func<IEnumerable<KeyValuePair<string, long>>> read) =>
        Meter.CreateObservableGauge(
            name,
            () => read().Select(value => new Measurement<long>(value.Value, new KeyValuePair<string, object?>(tag, value.Key))),
            unit,
            description);
}
