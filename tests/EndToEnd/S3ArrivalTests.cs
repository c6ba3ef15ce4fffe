using System.Diagnostics;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Amazon.S3;
using DaprHep.Data.Datasets;
using DaprHep.Data.Objects;

namespace DaprHep.EndToEnd.Tests;

/// <summary>Files that arrive in a bucket, or that a bucket's notifications tell of, are converted once each, whatever is killed meanwhile.</summary>
public sealed class S3ArrivalTests(Swift server) : IClassFixture<Swift>
{
    private static readonly string[] Names = ["qcd_a", "qcd_b"];
    private readonly string _place = $"arrivals/{Guid.NewGuid():N}";

    [Fact]
    public async Task Files_of_a_bucket_are_converted_once_each_across_kills()
    {
        using AmazonS3Client client = server.Client();
        var store = new S3ObjectStore(client, S3Server.Bucket, $"{_place}/store");
        await server.PutAsync($"{_place}/inbox/deep/{Names[0]}.root", SampleOf(Names[0]));
        (List<JsonNode> first, _) = await WatchAsync(async process =>
        {
            await UntilAsync(async () => (await KeysAsync(store)).Any(key => key.StartsWith("plans/", StringComparison.Ordinal)));
            process.Kill();
        });
        await server.PutAsync($"{_place}/inbox/{Names[1]}.root", SampleOf(Names[1]));
        using (var broken = new MemoryStream("no ROOT file at all"u8.ToArray()))
        {
            await client.PutObjectAsync(new()
            {
                BucketName = S3Server.Bucket, Key = $"{_place}/inbox/broken.root", InputStream = broken, UseChunkEncoding = false,
            });
        }
        (List<JsonNode> second, string errors) = await WatchAsync(async process =>
        {
            await UntilAsync(async () => await ManifestsAsync(store) is { Count: 2 });
            await Task.Delay(1500);
            process.Kill();
        });
        errors.Split("broken.root").Length.ShouldBe(2, errors);
        first.Concat(second).Sum(line => line["converted"]!.GetValue<int>()).ShouldBeInRange(1, 2, "a killed process may not have said so");
        List<ObjectEntry> before = await ManifestsAsync(store);
        await VerifyAsync(store, 2);

        (List<JsonNode> third, _) = await WatchAsync(async process =>
        {
            await Task.Delay(4000);
            process.Kill();
        });
        third.ShouldAllBe(line => line["converted"]!.GetValue<int>() == 0);
        (await ManifestsAsync(store)).ShouldBe(before);
    }

    [Fact]
    public async Task Notifications_of_a_bucket_are_carried_out_once_each_across_kills()
    {
        using AmazonS3Client client = server.Client();
        var store = new S3ObjectStore(client, S3Server.Bucket, $"{_place}/store");
        await using SupervisedStack stack = SupervisedStack.Start(
            new Dictionary<string, string>(server.Environment) { ["DAPRHEP_STORE"] = store.Url }, "ingest");
        foreach (string name in Names)
            await server.PutAsync($"{_place}/in box/qcd/{name}.root", SampleOf(name));
        IEnumerable<JsonNode> records = Names.Select(name => Record("ObjectCreated:Put", name)).Append(Record("ObjectRemoved:Delete", "gone"));
        var message = new JsonObject { ["Records"] = new JsonArray([.. records]) };
        for (int delivery = 0; delivery < 2; delivery++)
        {
            await UntilAsync(async () =>
            {
                try
                {
                    using HttpResponseMessage answer = await stack.SidecarOf("ingest").PostAsJsonAsync("v1.0/publish/pubsub/object-created", message);
                    return answer.IsSuccessStatusCode;
                }
                catch (HttpRequestException)
                {
                    return false;
                }
            });
        }
        var random = new Random(5);
        for (int kill = 0; kill < 3; kill++)
        {
            await Task.Delay(random.Next(200, 900));
            stack.Kill("ingest");
        }
        await UntilAsync(async () => await ManifestsAsync(store) is { Count: 2 });
        List<ObjectEntry> before = await ManifestsAsync(store);
        // The second delivery, and what the sidecar delivers again, find all there.
        await Task.Delay(3000);
        (await ManifestsAsync(store)).ShouldBe(before);
        await VerifyAsync(store, 2);
    }

    private JsonObject Record(string name, string file) => new()
    {
        ["eventName"] = name,
        ["s3"] = new JsonObject
        {
            ["bucket"] = new JsonObject { ["name"] = S3Server.Bucket },
            ["object"] = new JsonObject { ["key"] = $"{_place}/in+box/qcd/{file}.root".Replace("/", "%2F", StringComparison.Ordinal) },
        },
    };

    private static string SampleOf(string name) => Path.Combine(Repository.Samples, "qcd", $"{name}.root");

    private static async Task<List<string>> KeysAsync(ObjectStore store) => await store.ListAsync("").Select(entry => entry.Key).ToListAsync();

    private static async Task<List<ObjectEntry>> ManifestsAsync(ObjectStore store) =>
        await store.ListAsync("events/").Where(entry => entry.Key.EndsWith(Dataset.ManifestName, StringComparison.Ordinal)).ToListAsync();

    private static async Task VerifyAsync(ObjectStore store, int datasets) => (await StoreContents.DigestsAsync(store)).Count.ShouldBe(datasets);

    private async Task<(List<JsonNode> Lines, string Errors)> WatchAsync(Func<Process, Task> meanwhile)
    {
        DaprHepCommand.Result result = await DaprHepCommand.RunAsync(
            server.Environment, meanwhile, "watch-folder", $"s3://{S3Server.Bucket}/{_place}/inbox", "--store",
            $"s3://{S3Server.Bucket}/{_place}/store", "--class", "qcd", "--interval", "0.4", "--json");
        return ([.. result.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => JsonNode.Parse(line)!)], result.Error);
    }

    private static async Task UntilAsync(Func<Task<bool>> isSo)
    {
        long started = Stopwatch.GetTimestamp();
        while (!await isSo())
        {
            Stopwatch.GetElapsedTime(started).ShouldBeLessThan(Patience.Limit);
            await Task.Delay(50);
        }
    }
}
