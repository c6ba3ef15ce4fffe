using DaprHep.Benchmarks.Serving.Load;

namespace DaprHep.Benchmarks.Serving;

/// <summary>
/// Requests with one event each over HTTP on this machine, client and server on the same cores: latency at a steady rate, and how many
/// requests a second are answered at most, of our server and of the peers; with the processor time that server and client take for one then.
/// </summary>
internal static class HttpTable
{
    private const int Connections = 32;

    /// <summary>Measures one kind of model.</summary>
    /// <param name="kind">The kind, hlf or inclusive.</param>
    /// <param name="events">The events.</param>
    /// <param name="rate">Requests a second.</param>
    /// <param name="wantedP99">The latency that 99 of 100 requests are to stay below, ms.</param>
    /// <param name="wantedRatio">How many times the requests a second of ONNX Runtime's server are wanted at saturation; null for none.</param>
    /// <param name="seconds">How long each measurement takes.</param>
    public static async Task RunAsync(
        string kind, RawEvents events, double rate, double wantedP99, double? wantedRatio, double seconds)
    {
        string folder = Directory.CreateTempSubdirectory("daprhep-http-").FullName;
        try
        {
            Peers.Write(folder, BenchmarkModels.Save(kind));
            Console.WriteLine(
                $"| {kind}, one event a request | p50 ms at {rate:N0}/s | p99 | wanted | p99.9 | failed | requests/s at most | times the peer "
                + "| wanted | failed | server's µs a request | client's |");
            Console.WriteLine("| --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: |");
            byte[][] requests = JsonRequests.Of($"/v1/models/{kind}/predict", events, withParticles: kind != "hlf");
            Measured? onnx = Peers.HasOnnxRuntime ? await MeasureAsync(() => Peers.StartOnnxRuntimeAsync(folder)) : null;
            Measured? torch = Peers.HasTorch ? await MeasureAsync(() => Peers.StartTorchAsync(folder, kind)) : null;
            Measured ours = await MeasureAsync(() => ServerProcess.StartOursAsync(folder));
            double ratio = onnx is null ? double.NaN : ours.Most.Rate / onnx.Most.Rate;
            string latency = Wanted.AtMost($"p99 of {kind} at {rate:N0}/s, ms", ours.Paced.Quantile(0.99), wantedP99);
            string most = wantedRatio is { } least ? Wanted.AtLeast($"{kind} at saturation over onnxruntime-node", ratio, least) : "";
            Print("ours", ours, latency, "", most);
            if (onnx is not null)
                Print("onnxruntime-node", onnx, "", $"{ratio:F2}", "");
            if (torch is not null)
                Print("PyTorch, asyncio", torch, "", $"{ours.Most.Rate / torch.Most.Rate:F2}", "");

            async Task<Measured> MeasureAsync(Func<Task<ServerProcess>> start)
            {
                using ServerProcess server = await start();
                // What compiles while it runs is given time to; the peers get as much.
                await SaturatingLoad.RunAsync(server.Url, requests, Connections, Math.Min(4, seconds));
                LoadResult paced = await PacedLoad.RunAsync(server.Url, requests, rate, seconds);
                TimeSpan before = server.ProcessorTime;
                LoadResult most = await SaturatingLoad.RunAsync(server.Url, requests, Connections, seconds);
                return new Measured(paced, most, (server.ProcessorTime - before).TotalSeconds);
            }
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static void Print(string name, Measured measured, string latency, string ratio, string wanted)
    {
        (LoadResult paced, LoadResult most, double server) = measured;
        Console.WriteLine(
            $"| {name} | {paced.Quantile(0.5):F2} | {paced.Quantile(0.99):F2} | {latency} | {paced.Quantile(0.999):F2} | {paced.Failed} "
            + $"| {most.Rate:N0} | {ratio} | {wanted} | {most.Failed} "
            + $"| {1e6 * server / most.Answered:F1} | {1e6 * most.Processor / most.Answered:F1} |");
    }

    private sealed record Measured(LoadResult Paced, LoadResult Most, double Server);
}
