using System.Diagnostics;
using System.Globalization;
using DaprHep.Data.Datasets;
using DaprHep.Data.Events;
using DaprHep.Data.Objects;
using DaprHep.Data.Sampling;
using DaprHep.Hosting;

namespace DaprHep.Benchmarks.Data;

/// <summary>The feature stage over far more events than it may have memory for, in a process of its own.</summary>
internal static class OutOfCore
{
    /// <summary>First argument of the process that is the stage: <c>stage STORE PLAN MEMORY</c>.</summary>
    public const string Stage = "stage";

    private const string Events = "events";

    /// <summary>Writes the events, runs the stage, checks what it has made, and prints the table.</summary>
    /// <returns>Whether all is as wanted.</returns>
    public static async Task<bool> RunAsync(Options options, string folder)
    {
        ObjectStore store = ObjectStore.Open(Path.Combine(folder, "store"));
        var synthetic = new SyntheticStore(store, RealEvents.Read(), options.Compress);
        long count = (long)(options.Gigabytes * 1e9 / synthetic.EventBytes);
        PartitionPlan plan = await synthetic.WriteAsync(count);
        long budget = DataMemory.Parse("--memory", options.Memory).Bytes;

        using Process stage = Process.Start(new ProcessStartInfo(Environment.ProcessPath!, [Stage, store.Url, plan.Key, options.Memory])
        {
            RedirectStandardOutput = true,
        })!;
        string[] answer = (await stage.StandardOutput.ReadToEndAsync()).Split(' ');
        await stage.WaitForExitAsync();
        if (stage.ExitCode != 0)
            throw new InvalidOperationException($"the stage ended with {stage.ExitCode}");
        (string key, double wall, double cpu, long peak) = (answer[0], Number(answer[1]), Number(answer[2]), (long)Number(answer[3]));
        (long train, long test) = await CheckAsync(store, key, plan);

        double events = plan.Partitions.Sum(partition => partition.End - partition.First);
        Console.WriteLine($"""
            | events | GB | on the disk | events/s | per core of processor time | peak memory of the stage | allowed |
            | ---: | ---: | ---: | ---: | ---: | ---: | ---: |
            | {events:N0} | {events * synthetic.EventBytes / 1e9:F1} | {synthetic.Written / 1e9:F1} | {events / wall:N0} | {events / cpu:N0} | {peak / 1e6:F0} MB | {budget / 1e6:F0} MB |

            {train:N0} events for training and {test:N0} for testing, each once, as many of each class, in the shuffled order.
            The generator and checker, another process, had {DataMemory.PeakOfProcess / 1e6:F0} MB at most.
            """);
        return peak <= budget;
    }

    /// <summary>The process that is the stage; prints the statistics' key, seconds by the clock and of the processor, and its peak memory.</summary>
    public static async Task StageAsync(string url, string plan, string memory)
    {
        ObjectStore store = ObjectStore.Open(url);
        long started = Stopwatch.GetTimestamp();
        string key = await new FeatureStage(store, DataMemory.Parse("--memory", memory), Environment.ProcessorCount)
        {
            // The disk of a bench is small, too.
            Scattered = () => Directory.Delete(Path.Combine(new Uri(url).LocalPath, Events), recursive: true),
        }.RunAsync(plan);
        using var process = Process.GetCurrentProcess();
        Console.Write(string.Create(
            CultureInfo.InvariantCulture,
            $"{key} {Stopwatch.GetElapsedTime(started).TotalSeconds} {process.TotalProcessorTime.TotalSeconds} {DataMemory.PeakOfProcess}"));
    }

    private static double Number(string text) => double.Parse(text, CultureInfo.InvariantCulture);

    // Every event at most once, equal classes, increasing order keys through all shards of a split.
    private static async Task<(long Train, long Test)> CheckAsync(ObjectStore store, string key, PartitionPlan plan)
    {
        FeatureStatistics statistics = await store.ReadJsonAsync(key, StatisticsJson.Default.FeatureStatistics);
        SampleSelection selection = statistics.Selection;
        uint[] sources = [.. plan.Sources.Select(source => source.Id)];
        var counts = new long[2, EventClasses.Names.Count];
        foreach (DataSplit split in (DataSplit[])[DataSplit.Train, DataSplit.Test])
        {
            ulong? last = null;
            foreach (Dataset shard in await TrainingDatasets.OpenAsync(store, key, selection.ShardsOf(split), split))
            {
                await shard.ForEachTableAsync(table =>
                {
                    for (int row = 0; row < table.Count; row++)
                    {
                        ulong id = table.Ids.Span[row], order = EventIdentity.OrderKey(id, selection.Seed);
                        int label = table.Labels.Span[row];
                        bool isExpected = EventIdentity.SourceOf(id) == sources[label] && EventIdentity.EntryOf(id) < plan.Sources[label].Entries
                            && selection.Draws(id, label, DataSplit.ByIdentity, split);
                        // Order keys of distinct events are distinct, so increasing keys are events that come once each.
                        if (!isExpected || order <= last)
                            throw new InvalidOperationException($"{shard.Name}: event {id} of class {label} is not where it belongs");
                        last = order;
                        counts[split == DataSplit.Train ? 0 : 1, label]++;
                    }
                });
            }
        }
        for (int label = 0; label < EventClasses.Names.Count; label++)
        {
            if (counts[0, label] != statistics.Classes[label].Train || counts[1, label] != statistics.Classes[label].Test)
                throw new InvalidOperationException($"class {label}: {counts[0, label]} and {counts[1, label]} events are not what was to be drawn");
        }
        return (statistics.Classes.Sum(c => c.Train), statistics.Classes.Sum(c => c.Test));
    }
}
