using System.Net;
using Dapr.Workflow;
using Dapr.Workflow.Registration;
using DaprHep.DevSidecar;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Logging;

namespace DaprHep.Hosting.Tests;

/// <summary>A service as its processes are: real sockets, a real sidecar beside it.</summary>
public sealed class ServiceHostTests : IAsyncLifetime
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("hosting-");
    private readonly List<WebApplication> _services = [];
    private readonly HttpClient _http = new() { Timeout = Patience.Limit };
    private Sidecar? _sidecar;

    public ValueTask InitializeAsync() => ValueTask.CompletedTask;

    public async ValueTask DisposeAsync()
    {
        foreach (WebApplication service in _services)
            await service.DisposeAsync();
        if (_sidecar is not null)
            await _sidecar.DisposeAsync();
        _http.Dispose();
        _folder.Delete(recursive: true);
    }

    [Fact]
    public async Task A_service_lives_without_a_sidecar_and_is_ready_when_its_worker_is_connected()
    {
        await StartSidecarAsync();
        NodeOptions[] nodes = [.. _sidecar!.Nodes.Select(node => new NodeOptions(node.AppId, node.HttpPort, node.GrpcPort))];
        await _sidecar.DisposeAsync();
        string service = await StartServiceAsync(nodes[0]);
        (await StatusAsync(service, "/healthz/live")).ShouldBe(HttpStatusCode.OK);
        (await StatusAsync(service, "/healthz/ready")).ShouldBe(HttpStatusCode.ServiceUnavailable);

        await StartSidecarAsync(nodes);
        await WaitAsync(async () => await StatusAsync(service, "/healthz/ready") == HttpStatusCode.OK);
    }

    [Fact]
    public async Task Without_the_sidecars_token_nothing_but_health_is_answered()
    {
        await StartSidecarAsync();
        string service = await StartServiceAsync(Options(0), token: "secret");
        (await StatusAsync(service, "/anything")).ShouldBe(HttpStatusCode.Unauthorized);
        (await StatusAsync(service, "/anything", "wrong")).ShouldBe(HttpStatusCode.Unauthorized);
        (await StatusAsync(service, "/anything", "secret")).ShouldBe(HttpStatusCode.NotFound);
        (await StatusAsync(service, "/healthz/live")).ShouldBe(HttpStatusCode.OK);
    }

    [Fact]
    public async Task A_service_that_stops_leaves_its_activity_to_another_replica()
    {
        await StartSidecarAsync();
        await StartServiceAsync(Options(0));
        await using DaprWorkflowClient client = new DaprWorkflowClientBuilder().UseGrpcEndpoint($"http://127.0.0.1:{Options(0).GrpcPort}").Build();
        Doing.Started = new TaskCompletionSource();
        Doing.Waits = true;
        string run = await client.ScheduleNewWorkflowAsync("work", input: 20);
        await Doing.Started.Task.WaitAsync(Patience.Limit);

        Doing.Waits = false;
        await _services[0].StopAsync();
        await StartServiceAsync(Options(1));
        using var limit = new CancellationTokenSource(Patience.Limit);
        WorkflowState state = await client.WaitForWorkflowCompletionAsync(run, cancellation: limit.Token);
        state.RuntimeStatus.ShouldBe(WorkflowRuntimeStatus.Completed);
        state.ReadOutputAs<int>().ShouldBe(21);
    }

    [Theory]
    [InlineData("DAPR_HTTP_PORT", "banana")]
    [InlineData("DAPR_HTTP_PORT", "70000")]
    [InlineData("DAPR_HTTP_ENDPOINT", "localhost:3500")]
    public void A_wrong_address_of_the_sidecar_is_named(string variable, string value)
    {
        IConfiguration configuration = new ConfigurationBuilder().AddInMemoryCollection([new(variable, value)]).Build();
        Should.Throw<InvalidOperationException>(() => new SidecarHttp(configuration)).Message.ShouldStartWith($"{variable} is '{value}'");
    }

    private NodeOptions Options(int index)
    {
        SidecarNode node = _sidecar!.Nodes[index];
        return new NodeOptions(node.AppId, node.HttpPort, node.GrpcPort);
    }

    private async Task StartSidecarAsync(params NodeOptions[] nodes) => _sidecar = await Sidecar.StartAsync(new SidecarOptions
    {
        JournalPath = Path.Combine(_folder.FullName, "journal.db"),
        Nodes = nodes.Length > 0 ? nodes : [new NodeOptions("worker"), new NodeOptions("worker")],
    });

    private async Task<string> StartServiceAsync(NodeOptions sidecar, string? token = null)
    {
        WebApplicationBuilder builder = WebApplication.CreateSlimBuilder();
        builder.Configuration.AddInMemoryCollection(new Dictionary<string, string?>
        {
            ["urls"] = "http://127.0.0.1:0",
            ["DAPR_HTTP_PORT"] = $"{sidecar.HttpPort}",
            ["DAPR_GRPC_PORT"] = $"{sidecar.GrpcPort}",
            [AppToken.Variable] = token,
        });
        builder.AddDaprHepService(workflows =>
        {
            workflows.RegisterStep<Doing>();
            workflows.RegisterWorkflow<int, int>("work", (context, value) => context.CallActivityAsync<int>(nameof(Doing), value));
        });
        builder.Logging.SetMinimumLevel(LogLevel.None);
        WebApplication service = builder.Build();
        service.UseDaprHepService();
        _services.Add(service);
        await service.StartAsync();
        return service.Urls.First();
    }

    private async Task<HttpStatusCode> StatusAsync(string service, string path, string? token = null)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, service + path);
        if (token is not null)
            request.Headers.Add(AppToken.Header, token);
        using HttpResponseMessage answer = await _http.SendAsync(request);
        return answer.StatusCode;
    }

    private static async Task WaitAsync(Func<Task<bool>> reached)
    {
        using var limit = new CancellationTokenSource(Patience.Limit);
        while (!await reached())
            await Task.Delay(50, limit.Token);
    }

    private sealed class Doing(WorkStopping stopping) : WorkflowActivity<int, int>
    {
        public static TaskCompletionSource Started { get; set; } = new();

        public static bool Waits { get; set; }

        public override async Task<int> RunAsync(WorkflowActivityContext context, int input)
        {
            Started.TrySetResult();
            if (Waits)
                await Task.Delay(Timeout.Infinite, stopping.Token);
            return input + 1;
        }
    }
}
