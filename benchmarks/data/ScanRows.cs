using System.Diagnostics;
using System.Numerics.Tensors;
using DaprHep.Data.Datasets;
using DaprHep.Data.Events;
using DaprHep.Data.Objects;

namespace DaprHep.Benchmarks.Data;

/// <summary>
/// GB/s of summing every number of datasets in the page cache, in place, beside apache-arrow in Node.js on the same files. Both by processor
/// time of the scan.
/// </summary>
internal static class ScanRows
{
    private const long Events = 120_000;

    public static async Task MeasureAsync(Table table, IReadOnlyList<List<EventTable>> events, string folder, bool hasPeer, int rounds)
    {
        string place = Path.Combine(folder, "scan");
        ObjectStore store = ObjectStore.Open(place);
        PartitionPlan plan = await new SyntheticStore(store, events, compression: null).WriteAsync(Events);
        string[] files = Directory.GetFiles(place, "*.arrow", SearchOption.AllDirectories);
        double bytes = files.Sum(file => (double)new FileInfo(file).Length), sum = 0;
        var rates = new List<double>();
        for (int round = -1; round < rounds; round++)
        {
            using var process = Process.GetCurrentProcess();
            TimeSpan before = process.TotalProcessorTime;
            sum = 0;
            foreach (Partition partition in plan.Partitions)
            {
                Dataset dataset = await EventDatasets.OpenAsync(store, plan, partition);
                await dataset.ForEachTableAsync(batch => sum += TensorPrimitives.Sum(batch.Hlf.Span) + TensorPrimitives.Sum(batch.Particles.Span));
            }
            process.Refresh();
            if (round >= 0)
                rates.Add(bytes / 1e9 / (process.TotalProcessorTime - before).TotalSeconds);
        }
        double rate = Table.Median(rates);
        table.Want($"scan of Arrow files in the page cache ({bytes / 1e9:F1} GB), GB/s", $"{rate:F1}", "≥ 3", rate >= 3);
        if (hasPeer)
        {
            (double Rate, double Sum) other = NodeArrow.Scan(files, rounds);
            Table.Show("the same with apache-arrow in Node.js", $"{other.Rate:F1}");
            if (Math.Abs(other.Sum - sum) > 1e-3 * Math.Abs(sum))
                throw new InvalidOperationException($"apache-arrow's sum is {other.Sum}, ours {sum}");
        }
        Directory.Delete(place, recursive: true);
    }
}
