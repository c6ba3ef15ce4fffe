using Dapr.Workflow;
using DotNet.Testcontainers.Builders;
using DotNet.Testcontainers.Containers;
using DotNet.Testcontainers.Networks;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace DaprHep.Containers.Tests;

/// <summary>The official worker under the runtime as it is shipped: daprd, placement and scheduler.</summary>
public sealed class DaprRuntimeTests : IAsyncLifetime
{
    private const ushort Grpc = 50001, Http = 3500;
    private const string Version = "1.18.3";
    private const string Component = """
        apiVersion: dapr.io/v1alpha1
        kind: Component
        metadata:
          name: statestore
        spec:
          type: state.in-memory
          version: v1
          metadata:
            - name: actorStateStore
              value: "true"
        """;

    private readonly INetwork _network = new NetworkBuilder().Build();
    private readonly List<IContainer> _containers = [];

    public async ValueTask InitializeAsync()
    {
        await StartAsync("placement", new ContainerBuilder($"daprio/placement:{Version}").WithCommand("./placement"));
        await StartAsync("scheduler", new ContainerBuilder($"daprio/scheduler:{Version}").WithCommand("./scheduler", "--etcd-data-dir=/tmp"));
        await StartAsync("daprd", new ContainerBuilder($"daprio/daprd:{Version}")
            .WithResourceMapping(System.Text.Encoding.UTF8.GetBytes(Component), "/components/statestore.yaml")
            .WithCommand(
                "./daprd", "--app-id", "tests", "--resources-path", "/components", "--placement-host-address", "placement:50005",
                "--scheduler-host-address", "scheduler:50006", "--dapr-listen-addresses", "0.0.0.0")
            .WithPortBinding(Grpc, assignRandomHostPort: true)
            .WithPortBinding(Http, assignRandomHostPort: true)
            .WithWaitStrategy(Wait.ForUnixContainer().UntilHttpRequestIsSucceeded(request => request.ForPort(Http).ForPath("/v1.0/healthz/outbound"))));
    }

    public async ValueTask DisposeAsync()
    {
        foreach (IContainer container in Enumerable.Reverse(_containers))
            await container.DisposeAsync();
        await _network.DisposeAsync();
    }

    [Fact]
    public async Task A_workflow_calls_an_activity_and_completes()
    {
        HostApplicationBuilder builder = Host.CreateApplicationBuilder();
        builder.Configuration.AddInMemoryCollection(new Dictionary<string, string?>
        {
            ["DAPR_GRPC_ENDPOINT"] = $"http://{_containers[^1].Hostname}:{_containers[^1].GetMappedPublicPort(Grpc)}",
            ["DAPR_HTTP_ENDPOINT"] = $"http://{_containers[^1].Hostname}:{_containers[^1].GetMappedPublicPort(Http)}",
        });
        builder.Services.AddDaprWorkflow(worker =>
        {
            worker.RegisterWorkflow<int, int>("AddTwice", async (context, number) =>
                await context.CallActivityAsync<int>("Add", await context.CallActivityAsync<int>("Add", number)));
            worker.RegisterActivity<int, int>("Add", (_, number) => Task.FromResult(number + 1));
        });
        using IHost host = builder.Build();
        await host.StartAsync(TestContext.Current.CancellationToken);
        DaprWorkflowClient workflows = host.Services.GetRequiredService<DaprWorkflowClient>();
        await workflows.ScheduleNewWorkflowAsync("AddTwice", "one", 40);
        WorkflowState end = await workflows.WaitForWorkflowCompletionAsync("one", cancellation: TestContext.Current.CancellationToken);
        end.ReadOutputAs<int>().ShouldBe(42);
        await host.StopAsync(TestContext.Current.CancellationToken);
    }

    private async Task StartAsync(string name, ContainerBuilder container)
    {
        _containers.Add(container.WithNetwork(_network).WithNetworkAliases(name).Build());
        if (_containers.Count == 1)
            await _network.CreateAsync();
        await _containers[^1].StartAsync();
    }
}
