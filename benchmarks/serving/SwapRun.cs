using System.Net.Http.Json;
using DaprHep.Benchmarks.Serving.Load;
using DaprHep.Data.Objects;
using DaprHep.Learning.Artifacts;
using DaprHep.Learning.Inference;
using DaprHep.Serving.Catalogue;

namespace DaprHep.Benchmarks.Serving;

/// <summary>Two versions of a model that take turns under load, a swap every half second: no request may fail for it.</summary>
internal static class SwapRun
{
    private const string Name = "hlf";

    /// <summary>Runs and prints what came of it.</summary>
    /// <param name="rate">Requests a second.</param>
    /// <param name="seconds">For how long.</param>
    public static async Task RunAsync(double rate, double seconds)
    {
        string folder = Directory.CreateTempSubdirectory("daprhep-swap-").FullName;
        try
        {
            await PrepareAsync(ObjectStore.Open(folder));
            using ServerProcess server = await ServerProcess.StartServiceAsync(folder);
            byte[][] requests = JsonRequests.Of($"/v1/models/{Name}/predict", RawEvents.Draw(256), withParticles: false);
            await SaturatingLoad.RunAsync(server.Url, requests, connections: 8, seconds: 3);
            using var http = new HttpClient { BaseAddress = server.Url };
            using var over = new CancellationTokenSource();
            Task<int> swapping = SwapAsync(http, over.Token);
            LoadResult result = await PacedLoad.RunAsync(server.Url, requests, rate, seconds);
            await over.CancelAsync();
            Wanted.AtMost("requests that failed while versions were swapped", result.Failed, 0);
            Console.WriteLine(
                $"{await swapping} swaps in {result.Seconds:F0} s at {rate:N0} requests/s: {result.Failed} of "
                + $"{result.Answered + result.Failed:N0} failed; p50 {result.Quantile(0.5):F2} ms, p99 {result.Quantile(0.99):F2} ms");
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static async Task<int> SwapAsync(HttpClient http, CancellationToken over)
    {
        int swaps = 0;
        try
        {
            using var timer = new PeriodicTimer(TimeSpan.FromSeconds(0.5));
            while (await timer.WaitForNextTickAsync(over))
            {
                using HttpResponseMessage answer = swaps % 2 == 0
                    ? await http.PostAsJsonAsync(new Uri($"/v1/models/{Name}/promote", UriKind.Relative), new { version = "v2" }, over)
                    : await http.PostAsync(new Uri($"/v1/models/{Name}/rollback", UriKind.Relative), content: null, over);
                answer.EnsureSuccessStatusCode();
                swaps++;
            }
        }
        catch (OperationCanceledException)
        {
            // The load is over.
        }
        return swaps;
    }

    private static async Task PrepareAsync(ObjectStore store)
    {
        var served = new ServedModel { Name = Name };
        for (ulong seed = 1; seed <= 2; seed++)
        {
            SavedModel model = BenchmarkModels.Save(Name, seed);
            Predictor predictor = Predictor.From(model);
            string prefix = $"models/{predictor.Description.WeightsSha256}";
            await store.WriteAsync($"{prefix}/{SavedModel.WeightsName}", model.Weights);
            await store.WriteAsync($"{prefix}/{SavedModel.DescriptionName}", model.Description);
            string digest = Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(model.Description));
            served = served.Add(new ModelVersion(
                "", prefix, digest, predictor.Description.WeightsSha256!, "benchmark", DateTimeOffset.UtcNow, "", Metrics: null,
                VersionInput.Of(predictor)));
        }
        await new CatalogueStore(store).UpdateAsync(newest => newest.With(served.Serve("v1")), CancellationToken.None);
    }
}
