using Dapr.Workflow;
using Dapr.Workflow.Registration;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace DaprHep.DevSidecar.Tests;

/// <summary>A sidecar in this process, workers beside it, and clients. Everything talks over real sockets.</summary>
internal sealed class LocalStack : IAsyncDisposable
{
    private static readonly Lazy<DirectoryInfo> Journals = new(() =>
    {
        var folder = Directory.CreateTempSubdirectory("devsidecar-");
        AppDomain.CurrentDomain.ProcessExit += (_, _) => folder.Delete(recursive: true);
        return folder;
    });

    private readonly List<IHost> _hosts = [];
    private readonly SidecarOptions _options;

    private LocalStack(SidecarOptions options) => _options = options;

    public Sidecar Sidecar { get; private set; } = null!;

    /// <summary>A path for a journal in a folder of its own, which goes with this process at the latest.</summary>
    public static string NewJournal() => Path.Combine(Journals.Value.CreateSubdirectory(Guid.NewGuid().ToString("N")).FullName, "journal.db");

    public static Task<LocalStack> StartAsync(params string[] apps) =>
        StartAsync(new SidecarOptions { JournalPath = NewJournal(), Nodes = [.. apps.Select(a => new NodeOptions(a))] });

    public static async Task<LocalStack> StartAsync(SidecarOptions options)
    {
        var stack = new LocalStack(options);
        stack.Sidecar = await Sidecar.StartAsync(stack._options);
        return stack;
    }

    public static IHost Worker(int grpcPort, Action<WorkflowRuntimeOptions> register, string? token = null)
    {
        var builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings());
        builder.Logging.SetMinimumLevel(LogLevel.Warning);
        builder.Configuration.AddInMemoryCollection(new Dictionary<string, string?>
        {
            ["DAPR_GRPC_ENDPOINT"] = $"http://127.0.0.1:{grpcPort}", ["DAPR_API_TOKEN"] = token,
        });
        builder.Services.AddDaprWorkflow(register);
        return builder.Build();
    }

    public async Task<IHost> AddWorkerAsync(string app, Action<WorkflowRuntimeOptions> register, int replica = 0)
    {
        var node = Sidecar.Nodes.Where(n => n.AppId == app).ElementAt(replica);
        var host = Worker(node.GrpcPort, register);
        _hosts.Add(host);
        await host.StartAsync();
        return host;
    }

    public DaprWorkflowClient Client(string app) =>
        new DaprWorkflowClientBuilder().UseGrpcEndpoint($"http://127.0.0.1:{Sidecar.Node(app).GrpcPort}").Build();

    public HttpClient Http(string app) => new() { BaseAddress = new Uri($"http://127.0.0.1:{Sidecar.Node(app).HttpPort}") };

    /// <summary>The sidecar stops and starts again on the same ports and journal.</summary>
    public async Task RestartSidecarAsync(TimeSpan? pause = null, Action? whileDown = null)
    {
        var nodes = Sidecar.Nodes.Select(n => new NodeOptions(n.AppId, n.HttpPort, n.GrpcPort, n.AppPort)).ToList();
        await Sidecar.DisposeAsync();
        await Task.Delay(pause ?? TimeSpan.Zero);
        whileDown?.Invoke();
        Sidecar = await Sidecar.StartAsync(_options with { Nodes = nodes });
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var host in _hosts)
        {
            await host.StopAsync();
            host.Dispose();
        }

        await Sidecar.DisposeAsync();
        Directory.Delete(Path.GetDirectoryName(_options.JournalPath)!, recursive: true);
    }
}
