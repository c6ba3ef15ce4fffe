using System.Globalization;
using DaprHep.Benchmarks;
using DaprHep.Benchmarks.Store;
using DaprHep.Data.Events;
using DaprHep.Tests;

CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;
const string Usage = """
    usage: [--server KIND] [--mib N] [--window MIB] [--rounds N] [--workers N] [--passes N] [--check]
      KIND: bytes, s3rver or swift; without, all of them
      MiB of the object read (1024; 0 reads none), window of a connection (2), rounds of each row (3), files converted at a time (2),
      how often each is converted into its dataset where that is a whole partition (18)
    """;
const double MostIngest = 1.15, LeastRead = 3;
if (args is ["serve", var place, var number])
{
    await ByteServer.RunAsync(place, int.Parse(number, CultureInfo.InvariantCulture));
    return 0;
}
// One core for this program, and the other for the server: a store is on machines of its own.
if (!PinnedProcess.IsThis)
    return PinnedProcess.Run(args, core: 0);
int mebibytes = 1024, window = 2, rounds = 3, workers = 2, passes = 18;
bool check = false;
IReadOnlyList<string> kinds = StoreServer.Kinds;
for (int i = 0; i < args.Length; i++)
{
    if (args[i] == "--check")
    {
        check = true;
        continue;
    }
    string text = i + 1 < args.Length ? args[i + 1] : "";
    if (args[i] == "--server" && kinds.Contains(text))
    {
        kinds = [text];
        i++;
        continue;
    }
    if (!int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int value) || value == 0 && args[i] != "--mib")
        return Help();
    switch (args[i++])
    {
        case "--mib": mebibytes = value; break;
        case "--window": window = value; break;
        case "--rounds": rounds = value; break;
        case "--workers": workers = value; break;
        case "--passes": passes = value; break;
        default: return Help();
    }
}
string folder = Repository.Shared is { } shared ? Path.Combine(shared, "delphes", "nopu", "train") : Repository.Samples;
string[] files = [.. Directory.EnumerateFiles(folder, "*.root", SearchOption.AllDirectories).Order(StringComparer.Ordinal)];
double bestIngest = double.MaxValue, bestRead = 0;

var reads = new List<string>();
Console.WriteLine($"{files.Length} ROOT files to datasets, {workers} at a time\n");
Console.WriteLine(
    "| store | `--compress` | MB a dataset | folder, s | bucket, s | ratio, median (range) | wanted | own processor s, folder | bucket | "
    + "the server's | least ratio by them |");
Console.WriteLine("| --- | --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: |");
foreach (string kind in kinds)
{
    using var server = new StoreServer(kind);
    foreach ((int times, string? compression) in ((int, string?)[])[(1, null), (passes, null), .. EventCompression.Names.Select(name => (passes, name))])
    {
        List<(IngestRow.Cost, IngestRow.Cost)> costs = await IngestRow.MeasureAsync(server, files, times, compression, workers, rounds);
        Ingest(server, compression, costs, isJudged: times == passes && server.IsReal);
    }
    if (mebibytes > 0)
        reads.Add(await ReadAsync(server));
}
if (reads.Count > 0)
{
    Console.WriteLine($"\n{mebibytes} MiB from 50 ms away, {window} MiB a round trip and connection\n");
    Console.WriteLine("| store | one GetObject, s | by ranges, s | ratio, median (range) | wanted |\n| --- | ---: | ---: | ---: | ---: |");
    reads.ForEach(Console.WriteLine);
}
bool reached = bestIngest <= MostIngest && (reads.Count == 0 || bestRead >= LeastRead);
return check && !reached ? 1 : 0;

void Ingest(StoreServer server, string? compression, List<(IngestRow.Cost Folder, IngestRow.Cost Bucket)> costs, bool isJudged)
{
    double[] ratios = [.. costs.Select(cost => cost.Bucket.Seconds / cost.Folder.Seconds)];
    if (isJudged)
        bestIngest = Math.Min(bestIngest, Median(ratios));
    string[] figures =
    [
        server.Name,
        compression ?? "",
        $"{costs[0].Folder.Bytes / 1e6 / files.Length:F1}",
        $"{Median(costs.Select(cost => cost.Folder.Seconds)):F2}",
        $"{Median(costs.Select(cost => cost.Bucket.Seconds)):F2}",
        Range(ratios),
        isJudged ? $"≤ {MostIngest:F2}" : "",
        $"{Median(costs.Select(cost => cost.Folder.Own)):F2}",
        $"{Median(costs.Select(cost => cost.Bucket.Own)):F2}",
        $"{Median(costs.Select(cost => cost.Bucket.Server)):F2}",
        // Neither this program's core nor the server's can do its share in less.
        $"{Median(costs.Select(cost => Math.Max(cost.Bucket.Own, cost.Bucket.Server) / cost.Folder.Own)):F2}",
    ];
    Console.WriteLine($"| {string.Join(" | ", figures)} |");
}

async Task<string> ReadAsync(StoreServer server)
{
    long bytes = (long)mebibytes << 20;
    await ReadRow.WriteAsync(server, bytes);
    using var distant = new DistantNetwork(server.Port, TimeSpan.FromMilliseconds(50), (long)window << 20);
    var seconds = new List<(double Stream, double Ranges)>();
    for (int round = 0; round < rounds; round++)
        seconds.Add(await ReadRow.MeasureAsync(server, distant.Port, bytes));
    double[] ratios = [.. seconds.Select(r => r.Stream / r.Ranges)];
    if (server.IsReal)
        bestRead = Math.Max(bestRead, Median(ratios));
    double stream = Median(seconds.Select(r => r.Stream)), ranges = Median(seconds.Select(r => r.Ranges));
    return $"| {server.Name} | {stream:F2} | {ranges:F2} | {Range(ratios)} | {(server.IsReal ? $"≥ {LeastRead:F0}" : "")} |";
}

static string Range(double[] ratios) => $"{Median(ratios):F2} ({ratios.Min():F2}–{ratios.Max():F2})";

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
