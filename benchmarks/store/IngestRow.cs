using System.Diagnostics;
using DaprHep.Data.Datasets;
using DaprHep.Data.Objects;
using DaprHep.Ingest;

namespace DaprHep.Benchmarks.Store;

/// <summary>ROOT files to committed datasets: in a folder, and in a bucket on loopback.</summary>
internal static class IngestRow
{
    /// <summary>Seconds in a folder and in a bucket, of each round, in turns.</summary>
    public static async Task<List<(double Folder, double Bucket)>> MeasureAsync(LocalSwift swift, IReadOnlyList<string> files, int rounds)
    {
        using var client = LocalSwift.Client(swift.Port);
        var seconds = new List<(double, double)>();
        for (int round = 0; round <= rounds; round++)
        {
            string folder = Directory.CreateTempSubdirectory("daprhep-ingest-").FullName;
            double inFolder = await ConvertAsync(ObjectStore.Open(folder), files);
            double inBucket = await ConvertAsync(new S3ObjectStore(client, LocalSwift.Bucket, $"round-{round}"), files);
            Directory.Delete(folder, recursive: true);
            // The first round compiles.
            if (round > 0)
                seconds.Add((inFolder, inBucket));
        }
        return seconds;
    }

    private static async Task<double> ConvertAsync(ObjectStore store, IReadOnlyList<string> files)
    {
        long started = Stopwatch.GetTimestamp();
        foreach (string file in files)
        {
            string name = $"events/{Path.GetFileNameWithoutExtension(file)}";
            using var conversion = EventConversion.Open("standard", file, "Delphes", label: 1);
            await using DatasetPartWriter writer = await DatasetPartWriter.CreateAsync(store, name, 0, conversion.Schema);
            conversion.Run(table => writer.Write(table), _ => { }, CancellationToken.None);
            DatasetPart part = await writer.CommitAsync();
            await Dataset.CommitAsync(store, name, new DatasetManifest
            {
                Step = "events", StepVersion = 1, Software = "benchmark", Parameters = [], Inputs = [], Parts = [part], Labels = [],
            });
        }
        return Stopwatch.GetElapsedTime(started).TotalSeconds;
    }
}
