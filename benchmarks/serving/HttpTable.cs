using DaprHep.Benchmarks.Serving.Load;

namespace DaprHep.Benchmarks.Serving;

/// <summary>
/// Requests with one event each over HTTP on this machine, client and server on the same cores: latency at a steady rate, and how many
/// requests a second are answered at most, of our server and of the peers.
/// </summary>
internal static class HttpTable
{
    private const int Connections = 32;

    /// <summary>Measures one kind of model.</summary>
    /// <param name="kind">The kind, hlf or inclusive.</param>
    /// <param name="events">The events.</param>
    /// <param name="rate">Requests a second.</param>
    /// <param name="seconds">How long each measurement takes.</param>
    public static async Task RunAsync(string kind, RawEvents events, double rate, double seconds)
    {
        string folder = Directory.CreateTempSubdirectory("daprhep-http-").FullName;
        try
        {
            Peers.Write(folder, BenchmarkModels.Save(kind));
            Console.WriteLine(
                $"| {kind}, one event a request | p50 ms at {rate:N0}/s | p99 | p99.9 | failed | requests/s at most | failed |");
            Console.WriteLine("| --- | ---: | ---: | ---: | ---: | ---: | ---: |");
            byte[][] requests = JsonRequests.Of($"/v1/models/{kind}/predict", events, withParticles: kind != "hlf");
            await MeasureAsync("ours", () => ServerProcess.StartOursAsync(folder));
            if (Peers.HasOnnxRuntime)
                await MeasureAsync("onnxruntime-node", () => Peers.StartOnnxRuntimeAsync(folder));
            if (Peers.HasTorch)
                await MeasureAsync("PyTorch, asyncio", () => Peers.StartTorchAsync(folder, kind));

            async Task MeasureAsync(string name, Func<Task<ServerProcess>> start)
            {
                using ServerProcess server = await start();
                // What compiles while it runs is given time to; the peers get as much.
                await SaturatingLoad.RunAsync(server.Url, requests, Connections, Math.Min(4, seconds));
                LoadResult paced = await PacedLoad.RunAsync(server.Url, requests, rate, seconds);
                LoadResult most = await SaturatingLoad.RunAsync(server.Url, requests, Connections, seconds);
                Console.WriteLine(
                    $"| {name} | {paced.Quantile(0.5):F2} | {paced.Quantile(0.99):F2} | {paced.Quantile(0.999):F2} | {paced.Failed} | "
                    + $"{most.Rate:N0} | {most.Failed} |");
            }
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }
}
