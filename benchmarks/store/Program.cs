using System.Globalization;
using DaprHep.Benchmarks.Store;
using DaprHep.Tests;

CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;
const string Usage = "usage: [--mib N] [--window MIB] [--rounds N]\n  MiB of the object read (1024), window of a connection (2), rounds of each row (3)";
int mebibytes = 1024, window = 2, rounds = 3;
for (int i = 0; i < args.Length; i += 2)
{
    if (i + 1 == args.Length || !int.TryParse(args[i + 1], NumberStyles.None, CultureInfo.InvariantCulture, out int value) || value == 0)
        return Help();
    switch (args[i])
    {
        case "--mib": mebibytes = value; break;
        case "--window": window = value; break;
        case "--rounds": rounds = value; break;
        default: return Help();
    }
}
string folder = Repository.Shared is { } shared ? Path.Combine(shared, "delphes", "nopu", "train") : Repository.Samples;
string[] files = [.. Directory.EnumerateFiles(folder, "*.root", SearchOption.AllDirectories).Order(StringComparer.Ordinal)];
TimeSpan roundTrip = TimeSpan.FromMilliseconds(50);
using var swift = new LocalSwift();

List<(double Folder, double Bucket)> ingest = await IngestRow.MeasureAsync(swift, files, rounds);
Console.WriteLine("| job | by | s | ratio, median (range) | wanted |\n| --- | --- | ---: | ---: | ---: |");
Console.WriteLine($"| {files.Length} ROOT files to datasets in a folder | clock | {Median(ingest.Select(r => r.Folder)):F2} | | |");
Row("the same in a bucket on loopback", ingest.Select(r => r.Bucket), ingest.Select(r => r.Bucket / r.Folder), "≤ 1.15");

long bytes = (long)mebibytes << 20;
await ReadRow.WriteAsync(swift, bytes);
using var distant = new DistantNetwork(swift.Port, roundTrip, (long)window << 20);
var reads = new List<(double Stream, double Ranges)>();
for (int round = 0; round < rounds; round++)
    reads.Add(await ReadRow.MeasureAsync(distant.Port, bytes));
Console.WriteLine($"| {mebibytes} MiB from 50 ms away, window {window} MiB, one GetObject | clock | {Median(reads.Select(r => r.Stream)):F2} | | |");
Row("the same by ranges", reads.Select(r => r.Ranges), reads.Select(r => r.Stream / r.Ranges), "≥ 3");
return 0;

static void Row(string job, IEnumerable<double> seconds, IEnumerable<double> ratios, string wanted)
{
    double[] all = [.. ratios];
    Console.WriteLine($"| {job} | clock | {Median(seconds):F2} | {Median(all):F2} ({all.Min():F2}–{all.Max():F2}) | {wanted} |");
}

static double Median(IEnumerable<double> values)
{
    double[] sorted = [.. values.Order()];
    return sorted[sorted.Length / 2];
}

static int Help()
{
    Console.Error.WriteLine(Usage);
    return 2;
}
