using DaprHep.Benchmarks.Serving.Load;

namespace DaprHep.Benchmarks.Serving;

/// <summary>The server's memory under a steady load, and the slope of the line through it once the server has warmed up.</summary>
internal static class MemoryRun
{
    private const double MegaByte = 1 << 20;

    /// <summary>Runs and prints what came of it.</summary>
    /// <param name="kind">The model.</param>
    /// <param name="rate">Requests a second.</param>
    /// <param name="seconds">For how long; the first quarter does not count.</param>
    public static async Task RunAsync(string kind, double rate, double seconds)
    {
        string folder = Directory.CreateTempSubdirectory("daprhep-memory-").FullName;
        try
        {
            Peers.Write(folder, BenchmarkModels.Save(kind));
            using ServerProcess server = await ServerProcess.StartOursAsync(folder);
            byte[][] requests = JsonRequests.Of($"/v1/models/{kind}/predict", RawEvents.Draw(256), withParticles: kind != "hlf");
            Task<LoadResult> load = PacedLoad.RunAsync(server.Url, requests, rate, seconds);
            var samples = new List<(double Minutes, double MegaBytes)>();
            for (double passed = 0; !load.IsCompleted; passed++)
            {
                await Task.Delay(TimeSpan.FromSeconds(1));
                if (passed > seconds / 4)
                    samples.Add((passed / 60, server.ResidentBytes / MegaByte));
            }
            LoadResult result = await load;
            double slope = Slope(samples);
            Wanted.AtMost("growth of the server's memory, MB a minute", slope, 1);
            Wanted.AtMost("requests that failed", result.Failed, 0);
            Console.WriteLine(
                $"{kind}, {rate:N0} requests/s for {result.Seconds:F0} s: memory from {samples[0].MegaBytes:F1} to "
                + $"{samples[^1].MegaBytes:F1} MB, at most {samples.Max(sample => sample.MegaBytes):F1}, "
                + $"slope {slope:F3} MB a minute; {result.Failed} requests failed");
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static double Slope(List<(double X, double Y)> points)
    {
        double x = points.Average(point => point.X), y = points.Average(point => point.Y);
        return points.Sum(point => (point.X - x) * (point.Y - y)) / points.Sum(point => (point.X - x) * (point.X - x));
    }
}
