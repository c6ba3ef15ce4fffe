using System.Diagnostics;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using DaprHep.DevSidecar;
using DaprHep.Hosting;
using DaprHep.Hosting.Contracts;
using DaprHep.Ingest;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.Configuration;

namespace DaprHep.EndToEnd.Tests;

/// <summary>Files that arrive in a folder, or that a message tells of, are converted once each.</summary>
public sealed class WatchFolderTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("daprhep-watch-").FullName;

    public WatchFolderTests() => Directory.CreateDirectory(Inbox);

    private string Inbox => Path.Combine(_folder, "inbox");

    private string Store => Path.Combine(_folder, "store");

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task Files_are_converted_once_each_across_a_kill_and_a_half_written_one_is_left_alone()
    {
        Copy("qcd_a.root");
        await WatchAsync(async process =>
        {
            await UntilAsync(() => Directory.Exists(Path.Combine(Store, "plans")));
            process.Kill();
        });

        Copy("qcd_b.root");
        await File.WriteAllBytesAsync(Path.Combine(Inbox, "late.root.part"), new byte[1000], TestContext.Current.CancellationToken);
        await File.WriteAllTextAsync(Path.Combine(Inbox, "broken.root"), "no ROOT file at all", TestContext.Current.CancellationToken);
        byte[] third = await File.ReadAllBytesAsync(SampleOf("wjets", "wjets_a.root"), TestContext.Current.CancellationToken);
        (List<JsonNode> lines, string errors) = await WatchAsync(async process =>
        {
            // A file that grows while the folder is looked at several times.
            await using (FileStream slow = File.Create(Path.Combine(Inbox, "slow.root")))
            {
                for (int i = 0; i < 10; i++)
                {
                    await slow.WriteAsync(third.AsMemory(third.Length * i / 10, (third.Length * (i + 1) / 10) - (third.Length * i / 10)));
                    await slow.FlushAsync();
                    await Task.Delay(100);
                }
            }
            await UntilAsync(() => Manifests().Length == 3);
            await Task.Delay(1500);
            process.Kill();
        });
        lines.Select(line => Path.GetFileName(line["url"]!.GetValue<string>())).Order().ShouldBe(["qcd_a.root", "qcd_b.root", "slow.root"]);
        errors.ShouldContain("broken.root");
        errors.ShouldNotContain("slow.root");
        errors.Split("broken.root").Length.ShouldBe(2);
        DateTime[] written = [.. Manifests().Select(File.GetLastWriteTimeUtc)];

        (List<JsonNode> again, _) = await WatchAsync(async process =>
        {
            await Task.Delay(4000);
            process.Kill();
        });
        again.ShouldAllBe(line => line["converted"]!.GetValue<int>() == 0);
        Manifests().Select(File.GetLastWriteTimeUtc).ShouldBe(written);
    }

    [Fact]
    public async Task A_message_of_a_new_object_starts_the_same_in_the_service()
    {
        int port = LoopbackPort.Free();
        var options = new SidecarOptions
        {
            JournalPath = Path.Combine(_folder, "journal.db"),
            Nodes = [new NodeOptions(Apps.Ingest, AppPort: port)],
        };
        await using Sidecar sidecar = await Sidecar.StartAsync(options, cancellation: TestContext.Current.CancellationToken);
        SidecarNode node = sidecar.Node(Apps.Ingest);
        WebApplicationBuilder builder = ServiceHost.CreateBuilder([], Apps.Ingest);
        builder.Configuration.AddInMemoryCollection(new Dictionary<string, string?>
        {
            ["DAPR_HTTP_ENDPOINT"] = $"http://127.0.0.1:{node.HttpPort}",
            ["DAPR_GRPC_ENDPOINT"] = $"http://127.0.0.1:{node.GrpcPort}",
            ["URLS"] = $"http://127.0.0.1:{port}",
        });
        await using WebApplication service = IngestService.Build(builder);
        await service.StartAsync(TestContext.Current.CancellationToken);
        using var client = new HttpClient { BaseAddress = new Uri($"http://127.0.0.1:{node.HttpPort}") };
        object[] messages =
        [
            new { url = "nowhere", @class = "qcd" },
            new { url = SampleOf("qcd", "qcd_a.root"), @class = "quark", store = Store },
            new { url = SampleOf("qcd", "qcd_a.root"), @class = "qcd", store = Store, compress = "zstd" },
            new { url = SampleOf("qcd", "qcd_a.root"), @class = "qcd", store = Store, compress = "zstd" },
        ];
        foreach (object message in messages)
        {
            using HttpResponseMessage answer = await client.PostAsJsonAsync(
                "/v1.0/publish/pubsub/object-created", message, TestContext.Current.CancellationToken);
            answer.EnsureSuccessStatusCode();
        }
        await UntilAsync(() => Manifests().Length == 1);
        JsonNode manifest = JsonNode.Parse(await File.ReadAllTextAsync(Manifests()[0], TestContext.Current.CancellationToken))!;
        manifest["parameters"]!["compression"]!.GetValue<string>().ShouldBe("zstd");
        manifest["parameters"]!["label"]!.GetValue<string>().ShouldBe("0");
        await service.StopAsync(TestContext.Current.CancellationToken);
    }

    private static string SampleOf(string name, string file) => Path.Combine(Repository.Samples, name, file);

    private void Copy(string file) => File.Copy(SampleOf("qcd", file), Path.Combine(Inbox, file));

    private string[] Manifests() => Directory.Exists(Path.Combine(Store, "events"))
        ? [.. Directory.GetFiles(Path.Combine(Store, "events"), "manifest.json", SearchOption.AllDirectories).Order(StringComparer.Ordinal)]
        : [];

    private async Task<(List<JsonNode> Lines, string Errors)> WatchAsync(Func<Process, Task> meanwhile)
    {
        DaprHepCommand.Result result = await DaprHepCommand.RunAsync(
            meanwhile, "watch-folder", Inbox, "--store", Store, "--class", "qcd", "--interval", "0.4", "--json");
        return ([.. result.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => JsonNode.Parse(line)!)], result.Error);
    }

    private static async Task UntilAsync(Func<bool> isSo)
    {
        long started = Stopwatch.GetTimestamp();
        while (!isSo())
        {
            Stopwatch.GetElapsedTime(started).ShouldBeLessThan(Patience.Limit);
            await Task.Delay(20);
        }
    }
}
