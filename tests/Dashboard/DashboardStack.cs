using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using DaprHep.DevSidecar;
using DaprHep.Features;
using DaprHep.Gateway;
using DaprHep.Hosting.Contracts;
using DaprHep.Ingest;
using DaprHep.Serving;
using DaprHep.Trainer;
using DaprHep.Tuning;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Logging;

namespace DaprHep.Dashboard.Tests;

/// <summary>The whole system in this process: sidecar, services and gateway, put together as their programs put them together.</summary>
internal sealed class DashboardStack : IAsyncDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("daprhep-dashboard-");
    private readonly Dictionary<string, int> _ports = Apps.All.Append(Apps.Pipeline).ToDictionary(app => app, _ => LoopbackPort.Free());
    private readonly List<WebApplication> _services = [];
    private readonly HttpClient _publisher = new();
    private readonly string? _token;
    private WebApplication? _gateway;

    private DashboardStack(string? token) => _token = token;

    /// <summary>The sidecar.</summary>
    public Sidecar Sidecar { get; private set; } = null!;

    /// <summary>A client of the gateway that has the token.</summary>
    public HttpClient Http { get; private set; } = null!;

    /// <summary>Where the gateway is, without a slash at the end.</summary>
    public string Url => $"http://127.0.0.1:{_ports[Apps.Pipeline].ToString(CultureInfo.InvariantCulture)}";

    /// <summary>Starts the sidecar, and nothing else.</summary>
    /// <param name="token">The API token of gateway and serving; null for none.</param>
    public static async Task<DashboardStack> WithSidecarAsync(string? token = null)
    {
        var stack = new DashboardStack(token);
        stack.Sidecar = await Sidecar.StartAsync(new SidecarOptions
        {
            JournalPath = Path.Combine(stack._folder.FullName, "journal.db"),
            Nodes = [.. stack._ports.Select(app => new NodeOptions(app.Key, AppPort: app.Value))],
            StateKeyPrefix = "name",
        });
        stack.Http = new HttpClient(new SocketsHttpHandler { UseProxy = false }) { BaseAddress = new Uri(stack.Url), Timeout = Patience.Limit };
        if (token is not null)
            stack.Http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", token);
        return stack;
    }

    /// <summary>Starts all of it.</summary>
    public static async Task<DashboardStack> StartAsync(string? token = null)
    {
        DashboardStack stack = await WithSidecarAsync(token);
        (string App, Func<WebApplicationBuilder, WebApplication> Build)[] services =
        [
            (Apps.Ingest, IngestService.Build), (Apps.Features, FeaturesService.Build), (Apps.Tuning, TuningService.Build),
            (Apps.Trainer, TrainerService.Build), (Apps.Serving, ServingService.Build),
        ];
        foreach ((string app, Func<WebApplicationBuilder, WebApplication> build) in services)
        {
            WebApplication service = build(stack.BuilderFor(app));
            stack._services.Add(service);
            await service.StartAsync();
        }
        await stack.StartGatewayAsync();
        return stack;
    }

    /// <summary>Starts the gateway.</summary>
    public async Task StartGatewayAsync()
    {
        _gateway = GatewayService.Build(BuilderFor(Apps.Pipeline));
        await _gateway.StartAsync();
        using var limit = new CancellationTokenSource(Patience.Limit);
        foreach (string app in _services.Count > 0 ? [Apps.Pipeline, .. Apps.All] : (string[])[Apps.Pipeline])
        {
            while (Sidecar.ConnectedWorkers(app) == 0)
                await Task.Delay(20, limit.Token);
        }
    }

    /// <summary>Stops the gateway.</summary>
    public async Task StopGatewayAsync()
    {
        await _gateway!.StopAsync();
        await _gateway.DisposeAsync();
        _gateway = null;
    }

    /// <summary>What a run of the samples is asked for.</summary>
    public JsonObject SampleRequest() => new()
    {
        ["store"] = StoreUrl,
        ["samples"] = new JsonArray([.. ((string[])["qcd", "ttbar", "wjets"]).Select(name => new JsonObject
        {
            ["class"] = name,
            ["files"] = new JsonArray($"{Repository.Samples}/{name}/*.root"),
        })]),
        ["epochs"] = 3,
    };

    /// <summary>Starts a run.</summary>
    /// <param name="request">What it is asked for.</param>
    /// <param name="key">The idempotency key, for a name that is always the same.</param>
    public async Task<string> StartRunAsync(JsonObject request, string? key = null)
    {
        using var message = new HttpRequestMessage(HttpMethod.Post, "runs") { Content = JsonContent.Create(request) };
        if (key is not null)
            message.Headers.Add("Idempotency-Key", key);
        using HttpResponseMessage answer = await Http.SendAsync(message);
        string body = await answer.Content.ReadAsStringAsync();
        answer.IsSuccessStatusCode.ShouldBeTrue(body);
        return JsonNode.Parse(body)!["run"]!.GetValue<string>();
    }

    /// <summary>Waits for a run's end.</summary>
    public async Task<JsonNode> EndOfAsync(string run)
    {
        using var limit = new CancellationTokenSource(Patience.Limit);
        while (true)
        {
            JsonNode state = (await Http.GetFromJsonAsync<JsonNode>($"runs/{run}"))!;
            if (state["status"]!.GetValue<string>() is "completed" or "failed" or "cancelled")
                return state;
            await Task.Delay(50, limit.Token);
        }
    }

    /// <summary>Cancels a run, unless it has ended, whatever became of its test: others need the trainer, and the gateway.</summary>
    public async Task EndAsync(string run)
    {
        if (_gateway is null)
            await StartGatewayAsync();
        using HttpResponseMessage answer = await Http.PostAsync($"runs/{run}/cancel", null);
        answer.StatusCode.ShouldBeOneOf(HttpStatusCode.Accepted, HttpStatusCode.Conflict);
    }

    /// <summary>Publishes a message of progress, as a process of the trainer does.</summary>
    public async Task PublishAsync(ProgressMessage message)
    {
        var topic = new Uri(string.Create(
            CultureInfo.InvariantCulture,
            $"http://127.0.0.1:{Sidecar.Node(Apps.Trainer).HttpPort}/v1.0/publish/{ProgressMessage.PubSub}/{ProgressMessage.Topic}"));
        using HttpResponseMessage answer = await _publisher.PostAsJsonAsync(topic, message);
        answer.IsSuccessStatusCode.ShouldBeTrue();
    }

    public async ValueTask DisposeAsync()
    {
        if (_gateway is not null)
            await StopGatewayAsync();
        foreach (WebApplication service in _services)
        {
            await service.StopAsync();
            await service.DisposeAsync();
        }
        await Sidecar.DisposeAsync();
        Http.Dispose();
        _publisher.Dispose();
        _folder.Delete(recursive: true);
    }

    private string StoreUrl => new Uri(Path.Combine(_folder.FullName, "store")).AbsoluteUri;

    private WebApplicationBuilder BuilderFor(string app)
    {
        SidecarNode node = Sidecar.Node(app);
        WebApplicationBuilder builder = WebApplication.CreateSlimBuilder(new WebApplicationOptions { ContentRootPath = Repository.Root });
        builder.Configuration.AddInMemoryCollection(new Dictionary<string, string?>
        {
            ["urls"] = string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{_ports[app]}"),
            ["DAPR_HTTP_ENDPOINT"] = string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{node.HttpPort}"),
            ["DAPR_GRPC_ENDPOINT"] = string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{node.GrpcPort}"),
            ["DAPRHEP_API_TOKEN"] = _token,
            ["DAPRHEP_STORE"] = StoreUrl,
        });
        builder.Logging.ClearProviders();
        return builder;
    }
}
