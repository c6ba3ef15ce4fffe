using System.Diagnostics;
using DaprHep.Data.Datasets;
using DaprHep.Data.Events;
using DaprHep.Data.Objects;
using DaprHep.Hosting;

namespace DaprHep.Benchmarks.Data;

/// <summary>Events a second of the feature stage on one core, all passes, by processor time; what is fsynced is waited for by nobody here.</summary>
internal static class StageRows
{
    private const long HlfEvents = 600_000;
    private const long WholeEvents = 60_000;

    public static async Task MeasureAsync(Table table, IReadOnlyList<List<EventTable>> events, string folder, int rounds)
    {
        double hlf = await RateAsync([.. events.Select(tables => tables.Select(RealEvents.WithoutParticles).ToList())], HlfEvents, folder, rounds);
        table.Want("feature stage, high-level features (and the lepton's row) only, events/s", $"{hlf:N0}", "≥ 100,000", hlf >= 100_000);
        double whole = await RateAsync(events, WholeEvents, folder, rounds);
        table.Want("feature stage, with particles, events/s", $"{whole:N0}", "≥ 10,000", whole >= 10_000);
    }

    private static async Task<double> RateAsync(IReadOnlyList<List<EventTable>> events, long count, string folder, int rounds)
    {
        var rates = new List<double>();
        for (int round = -1; round < rounds; round++)
        {
            string place = Path.Combine(folder, "stage");
            ObjectStore store = ObjectStore.Open(place);
            PartitionPlan plan = await new SyntheticStore(store, events, compression: null).WriteAsync(count);
            using var process = Process.GetCurrentProcess();
            TimeSpan before = process.TotalProcessorTime;
            await new FeatureStage(store, new DataMemory(1L << 30), atATime: 1).RunAsync(plan.Key);
            process.Refresh();
            double seconds = (process.TotalProcessorTime - before).TotalSeconds;
            Directory.Delete(place, recursive: true);
            // The first is for the just-in-time compiler.
            if (round >= 0)
                rates.Add(plan.Partitions.Sum(partition => partition.End - partition.First) / seconds);
        }
        return Table.Median(rates);
    }
}
