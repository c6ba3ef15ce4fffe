using System.Globalization;
using System.Net.Http.Json;
using System.Net.ServerSentEvents;
using System.Text.Json;
using System.Text.Json.Nodes;
using Dapr.Workflow;
using DaprHep.DevSidecar;
using DaprHep.Gateway;
using DaprHep.Hosting.Contracts;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace DaprHep.Dashboard.Tests;

/// <summary>Two replicas of the gateway: a message of progress reaches one of them, and both tell the same.</summary>
public sealed class TwoGatewaysTests : IAsyncLifetime
{
    private const string Run = "twice";
    private const int Messages = 12;
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("daprhep-gateways-");
    private readonly int[] _ports = [LoopbackPort.Free(), LoopbackPort.Free()];
    private readonly WebApplication?[] _gateways = new WebApplication?[2];
    private readonly HttpClient _http = new(new SocketsHttpHandler { UseProxy = false }) { Timeout = Patience.Limit };
    private Sidecar _sidecar = null!;

    public async ValueTask InitializeAsync()
    {
        _sidecar = await Sidecar.StartAsync(new SidecarOptions
        {
            JournalPath = Path.Combine(_folder.FullName, "journal.db"),
            Nodes = [.. _ports.Select(port => new NodeOptions(Apps.Pipeline, AppPort: port))],
            StateKeyPrefix = "name",
        });
        await StartAsync(0);
        await StartAsync(1);
    }

    public async ValueTask DisposeAsync()
    {
        foreach (int replica in (int[])[0, 1])
            await StopAsync(replica);
        await _sidecar.DisposeAsync();
        _http.Dispose();
        _folder.Delete(recursive: true);
    }

    [Fact]
    public async Task What_has_reached_one_is_told_by_both_and_by_one_that_starts_later()
    {
        // It waits for the ingest service for as long as the test needs it.
        await _gateways[0]!.Services.GetRequiredService<DaprWorkflowClient>().ScheduleNewWorkflowAsync(
            "TopologyPipeline", Run, new PipelineRequest { Run = Run, Store = "file:///nowhere", Samples = [new SampleFiles("qcd", ["qcd.root"])] });
        using var limit = new CancellationTokenSource(Patience.Limit);
        Task<Told>[] watchers = [WatchAsync(0, limit.Token), WatchAsync(1, limit.Token)];
        for (int i = 0; i < Messages; i++)
            await PublishAsync(i);
        foreach (Task<Told> watcher in watchers)
        {
            Told told = await watcher;
            told.Shares.Order().ShouldBe(Enumerable.Range(0, Messages).Select(i => i / 100.0));
            told.Lines.Order(StringComparer.Ordinal).ShouldBe(Enumerable.Range(0, Messages).Select(TextOf));
            told.Works.Count.ShouldBe(Messages);
        }

        // Both of them were told something: one alone would not have shown that they tell each other.
        (await StateAsync($"progress-{Run}"))!.AsArray().Count.ShouldBe(2);
        await StopAsync(1);
        await StartAsync(1);
        JsonNode[] workloads = [await WorkloadAsync(0), await WorkloadAsync(1)];
        workloads[1]["timeline"]!.AsArray().Count.ShouldBe(Messages);
        JsonNode.DeepEquals(workloads[0]["stages"]![0]!["replicas"], workloads[1]["stages"]![0]!["replicas"]).ShouldBeTrue();
    }

    private static string TextOf(int number) => string.Create(CultureInfo.InvariantCulture, $"line {number:D2}");

    private string UrlOf(int replica) => string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{_ports[replica]}");

    private async Task StartAsync(int replica)
    {
        SidecarNode node = _sidecar.Nodes[replica];
        WebApplicationBuilder builder = WebApplication.CreateSlimBuilder();
        builder.Configuration.AddInMemoryCollection(new Dictionary<string, string?>
        {
            ["urls"] = UrlOf(replica),
            ["DAPR_HTTP_ENDPOINT"] = string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{node.HttpPort}"),
            ["DAPR_GRPC_ENDPOINT"] = string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{node.GrpcPort}"),
        });
        builder.Logging.ClearProviders();
        WebApplication gateway = GatewayService.Build(builder);
        await gateway.StartAsync();
        _gateways[replica] = gateway;
    }

    private async Task StopAsync(int replica)
    {
        if (_gateways[replica] is not { } gateway)
            return;
        _gateways[replica] = null;
        await gateway.StopAsync();
        await gateway.DisposeAsync();
    }

    // What a process of ingest would publish; the sidecar gives the messages to the replicas in turn.
    private async Task PublishAsync(int number)
    {
        DateTimeOffset time = new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero).AddSeconds(number);
        var message = new ProgressMessage(Run, Steps.Convert, TextOf(number), 10, 10 * Messages, "")
        {
            Points = [new TrainingPoint(1, number / 100.0, IsEpoch: false) { Loss = 0.5 }],
            Work = [new WorkRecord(TextOf(number), "ConvertPartition", "m/1", "done", time) { Started = time, Ended = time.AddSeconds(1) }],
            Log = [new LogLine(time, "m/1", "info", TextOf(number))],
        };
        var topic = new Uri(string.Create(
            CultureInfo.InvariantCulture, $"http://127.0.0.1:{_sidecar.Nodes[0].HttpPort}/v1.0/publish/{ProgressMessage.PubSub}/{ProgressMessage.Topic}"));
        using HttpResponseMessage answer = await _http.PostAsJsonAsync(topic, message);
        answer.IsSuccessStatusCode.ShouldBeTrue();
    }

    // A replica's events until it has told all that was published.
    private async Task<Told> WatchAsync(int replica, CancellationToken cancellation)
    {
        var told = new Told([], [], []);
        long events = 0;
        await using Stream stream = await _http.GetStreamAsync($"{UrlOf(replica)}/runs/{Run}/events", cancellation);
        await foreach (SseItem<string> item in SseParser.Create(stream).EnumerateAsync(cancellation))
        {
            JsonNode data = JsonNode.Parse(item.Data)!;
            if (item.EventType == "points")
                told.Shares.AddRange(data.Deserialize<TrainingPoint[]>(JsonSerializerOptions.Web)!.Select(point => point.Share));
            else if (item.EventType == "work")
                told.Works.UnionWith(data.Deserialize<WorkRecord[]>(JsonSerializerOptions.Web)!.Select(work => work.Id));
            else if (item.EventType == "log")
                told.Lines.AddRange(data.Deserialize<LogLine[]>(JsonSerializerOptions.Web)!.Select(line => line.Text));
            else if (item.EventType == "progress")
                events = data["events"]!.GetValue<long>();
            if (events == 10 * Messages && told.Shares.Count >= Messages && told.Works.Count >= Messages && told.Lines.Count >= Messages)
                return told;
        }
        throw new InvalidOperationException($"gateway {replica} ended its events after {events} of {10 * Messages}");
    }

    private async Task<JsonNode> WorkloadAsync(int replica) => (await _http.GetFromJsonAsync<JsonNode>($"{UrlOf(replica)}/runs/{Run}/workload"))!;

    private Task<JsonNode?> StateAsync(string key) => _http.GetFromJsonAsync<JsonNode>(string.Create(
        CultureInfo.InvariantCulture, $"http://127.0.0.1:{_sidecar.Nodes[0].HttpPort}/v1.0/state/statestore/{key}"));

    private sealed record Told(List<double> Shares, HashSet<string> Works, List<string> Lines);
}
