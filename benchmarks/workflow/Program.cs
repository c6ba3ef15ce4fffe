using System.Diagnostics;
using System.Globalization;
using Dapr.Workflow.Client;
using DaprHep.Topology.Tests;
using DaprHep.WorkflowBenchmark;

// The development sidecar against the figures it must reach, and the real runtime (daprd 1.18.3, Python worker, state.sqlite, a
// shared machine of two cores) as measured beside. Journal on disk, everything in this one process.
CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;
await using var stack = await Stack.StartAsync();
for (var i = 0; i < 50; i++)
    await stack.RunAsync("chain", 5);

var rows = new List<(string Measure, string Here, string Wanted, string Runtime)>();
var single = await Repeat(60, () => stack.RunAsync("chain", 1));
rows.Add(("workflow of 1 no-op activity, p50 / p95", $"{Ms(single, 0.5)} / {Ms(single, 0.95)} ms", "", "21.4 / 33.9 ms"));
var activity = new List<double>();
for (var i = 0; i < 60; i++)
{
    await stack.RunAsync("chain", 1, $"activity-{i}");
    var history = await stack.Client.GetInstanceHistoryAsync($"activity-{i}");
    activity.Add((history.Single(e => e.EventType == WorkflowHistoryEventType.TaskCompleted).Timestamp
        - history.Single(e => e.EventType == WorkflowHistoryEventType.TaskScheduled).Timestamp).TotalSeconds);
}

activity.Sort();
rows.Add(("no-op activity, scheduled to completed, p50 / p95", $"{Ms(activity, 0.5)} / {Ms(activity, 0.95)} ms", "p50 <= 3 ms",
    "4.5 / 9.2 ms"));
var chain = await Repeat(20, () => stack.RunAsync("chain", 5));
rows.Add(("chain of 5 activities, p50", $"{Ms(chain, 0.5)} ms", "", "54.0 ms"));
var fan = await Repeat(3, () => stack.RunAsync("fan", 200));
rows.Add(("fan-out of 200 activities, worst of 3", $"{fan[^1]:F2} s", "<= 0.5 s", "1.02 s"));
var (rate, median, slowest) = await Concurrent(100);
rows.Add(("100 concurrent workflows of 5 activities", $"{rate:F0} workflows/s", ">= 100", "21 workflows/s"));
rows.Add(("the same, one workflow, p50 / max", $"{median:F2} / {slowest:F2} s", "", "3.42 / 4.70 s"));
var timer = await Repeat(3, () => stack.RunAsync("timer", 1000));
rows.Add(("timer of 1 s, end to end, p50", $"{timer[1]:F3} s", "", "1.013 s"));

var fresh = await Sequential(100);
for (var done = 0; done < 1000; done += 100)
    await Sequential(100);
var later = await Sequential(100);
rows.Add(("rate after 1,000 more workflows, of the rate before", $"{100 * later / fresh:F0} %", ">= 95 %", "no decay"));
rows.Add(("memory of sidecar, worker and client after them", $"{Environment.WorkingSet / 1024 / 1024} MB", "", "95 + 130 + 38 + 60 MB"));
await using (var large = new LargeRun())
{
    await large.StartAsync();
    var start = Stopwatch.GetTimestamp();
    await large.RunAsync(CancellationToken.None);
    rows.Add(("plan of 10,000 partitions, activities that only count", $"{Stopwatch.GetElapsedTime(start).TotalSeconds:F1} s", "", ""));
    rows.Add(("the same, largest message", $"{large.LargestMessage:N0} bytes", "<= 1 MiB", ""));
    rows.Add(("the same, events in the run's history / the longest child's", $"{large.History:N0} / {large.LongestChildHistory:N0}",
        "bounded", ""));
}

var embedded = await EmbeddedRuns.MeasureAsync(rounds: 5);
rows.Add(("`daprhep run samples`, process start to workflow start", $"{embedded.Startup:F2} s", "< 2 s", ""));
rows.Add(("`daprhep run samples` / of it the steps", $"{embedded.Total:F2} / {embedded.Work:F2} s", "", ""));
rows.Add(("the same, outside of the steps", $"{embedded.Total - embedded.Work:F2} s", $"<= {1 + (0.03 * embedded.Work):F2} s", ""));
rows.Add(("the same again, all outputs found: wall / processor time", $"{embedded.Again:F2} / {embedded.AgainProcessor:F2} s", "<= 2 s", ""));

Console.WriteLine("| measure | development sidecar | wanted | daprd 1.18.3 |");
Console.WriteLine("| --- | --- | --- | --- |");
foreach (var (measure, here, wanted, runtime) in rows)
    Console.WriteLine($"| {measure} | {here} | {wanted} | {runtime} |");

async Task<(double Rate, double Median, double Slowest)> Concurrent(int count)
{
    var start = Stopwatch.GetTimestamp();
    var times = await Task.WhenAll(Enumerable.Range(0, count).Select(_ => stack.RunAsync("chain", 5)));
    Array.Sort(times);
    return (count / Stopwatch.GetElapsedTime(start).TotalSeconds, times[count / 2], times[^1]);
}

async Task<double> Sequential(int count)
{
    var start = Stopwatch.GetTimestamp();
    for (var i = 0; i < count; i++)
        await stack.RunAsync("chain", 1);
    return count / Stopwatch.GetElapsedTime(start).TotalSeconds;
}

static async Task<List<double>> Repeat(int count, Func<Task<double>> run)
{
    var times = new List<double>();
    for (var i = 0; i < count; i++)
        times.Add(await run());
    times.Sort();
    return times;
}

static string Ms(List<double> sorted, double quantile) =>
    (1000 * sorted[(int)(quantile * (sorted.Count - 1))]).ToString("F1", CultureInfo.InvariantCulture);
