using System.Diagnostics;
using DaprHep.Data.Datasets;
using DaprHep.Data.Events;
using DaprHep.Data.Objects;
using DaprHep.Ingest;
using DaprHep.Physics;

namespace DaprHep.Benchmarks.Store;

/// <summary>ROOT files to committed datasets: in a folder, and in a bucket on loopback.</summary>
internal static class IngestRow
{
    /// <summary>What a way took: by the clock, and processor time of this program and of the store; and the bytes of the datasets.</summary>
    public readonly record struct Cost(double Seconds, double Own, double Server, long Bytes);

    /// <summary>Costs in a folder and in a bucket, of each round, in turns.</summary>
    /// <param name="server">The store.</param>
    /// <param name="files">The files, a dataset each.</param>
    /// <param name="passes">How often each is converted into its dataset, as if it were so many times as long.</param>
    /// <param name="compression">One of <see cref="EventCompression.Names"/>; null for none.</param>
    /// <param name="workers">Files converted at a time.</param>
    /// <param name="rounds">Rounds; one more goes before them, to compile.</param>
    public static async Task<List<(Cost Folder, Cost Bucket)>> MeasureAsync(
        StoreServer server, IReadOnlyList<string> files, int passes, string? compression, int workers, int rounds)
    {
        using var client = server.Client(server.Port);
        var costs = new List<(Cost, Cost)>();
        for (int round = 0; round <= rounds; round++)
        {
            string folder = Directory.CreateTempSubdirectory("daprhep-ingest-").FullName;
            Cost inFolder = await ConvertAsync(ObjectStore.Open(folder), server, files, passes, compression, workers);
            Directory.Delete(folder, recursive: true);
            var bucket = new S3ObjectStore(client, StoreServer.Bucket, $"passes-{passes}/{compression ?? "none"}/round-{round}");
            Cost inBucket = await ConvertAsync(bucket, server, files, passes, compression, workers);
            if (round > 0)
                costs.Add((inFolder, inBucket));
        }
        return costs;
    }

    private static async Task<Cost> ConvertAsync(
        ObjectStore store, StoreServer server, IReadOnlyList<string> files, int passes, string? compression, int workers)
    {
        using var self = Process.GetCurrentProcess();
        TimeSpan own = self.TotalProcessorTime, its = server.ProcessorTime;
        long started = Stopwatch.GetTimestamp(), bytes = 0;
        var options = new ParallelOptions { MaxDegreeOfParallelism = workers };
        await Parallel.ForEachAsync(files, options, async (file, cancellation) =>
        {
            string name = $"events/{Path.GetFileNameWithoutExtension(file)}";
            await using DatasetPartWriter writer = await DatasetPartWriter.CreateAsync(
                store, name, 0, EventConversion.SchemaOf("standard"), compression, cancellation);
            for (int pass = 0; pass < passes; pass++)
            {
                using var conversion = EventConversion.Open("standard", file, DelphesBranches.Tree, label: 1);
                await conversion.RunAsync(writer, _ => { }, cancellation);
            }
            DatasetPart part = await writer.CommitAsync(cancellation);
            Interlocked.Add(ref bytes, part.Bytes);
            await Dataset.CommitAsync(store, name, new DatasetManifest
            {
                Step = "events", StepVersion = 1, Software = "benchmark", Parameters = [], Inputs = [], Parts = [part], Labels = [],
            }, cancellation);
        });
        double seconds = Stopwatch.GetElapsedTime(started).TotalSeconds;
        self.Refresh();
        return new Cost(seconds, (self.TotalProcessorTime - own).TotalSeconds, (server.ProcessorTime - its).TotalSeconds, bytes);
    }
}
