using System.Security.Cryptography;
using DaprHep.Cli.Gateway;
using DaprHep.DevSidecar;
using DaprHep.Features;
using DaprHep.Gateway;
using DaprHep.Hosting.Contracts;
using DaprHep.Ingest;
using DaprHep.Serving;
using DaprHep.Trainer;
using DaprHep.Tuning;
using Microsoft.AspNetCore.Builder;

namespace DaprHep.Cli.Embedded;

/// <summary>
/// The whole system in this process: the development sidecar, every service and the gateway, put together as their own programs put them
/// together, on free loopback ports that only this process has the tokens of. Its journal is a temporary folder.
/// </summary>
internal sealed class EmbeddedStack : IAsyncDisposable
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(5);
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("daprhep-");
    private readonly string _token = RandomNumberGenerator.GetHexString(32);
    private readonly List<EmbeddedApp> _apps = [];
    private Sidecar? _sidecar;

    private EmbeddedStack()
    {
    }

    /// <summary>Starts what the run needs; it is ready for it when the task ends.</summary>
    /// <param name="request">The run.</param>
    /// <param name="cancellation">Ends the start early.</param>
    public static async Task<EmbeddedStack> StartAsync(PipelineRequest request, CancellationToken cancellation)
    {
        var stack = new EmbeddedStack();
        try
        {
            // What runs first is compiled first: all at a time, because nearly all of a start is compilation.
            await Task.Run(() => stack.StartAllAsync(request, cancellation), cancellation);
            return stack;
        }
        catch
        {
            await stack.DisposeAsync();
            throw;
        }
    }

    /// <summary>A client of the gateway.</summary>
    public GatewayClient Connect() => new($"http://127.0.0.1:{_apps.Single(app => app.Id == Apps.Pipeline).Port}", _token);

    public async ValueTask DisposeAsync()
    {
        await Task.WhenAll(_apps.Select(app => app.DisposeAsync().AsTask()));
        if (_sidecar is not null)
            await _sidecar.DisposeAsync();
        _folder.Delete(recursive: true);
    }

    private async Task StartAllAsync(PipelineRequest request, CancellationToken cancellation)
    {
        Add(Apps.Ingest, IngestService.Build);
        Add(Apps.Features, FeaturesService.Build);
        Add(Apps.Tuning, TuningService.Build);
        Add(Apps.Trainer, TrainerService.Build);
        if (request.Promote is not null)
            Add(Apps.Serving, ServingService.Build);
        Add(Apps.Pipeline, GatewayService.Build);
        var options = new SidecarOptions
        {
            JournalPath = Path.Combine(_folder.FullName, "journal.db"),
            Nodes = [.. _apps.Select(app => new NodeOptions(app.Id, AppPort: app.Port))],
            ApiToken = _token,
            AppToken = _token,
            StateKeyPrefix = "name",
        };
        _sidecar = await Sidecar.StartAsync(options, cancellation: cancellation);
        await Task.WhenAll(_apps.Select(app => Task.Run(() => app.StartAsync(_sidecar.Node(app.Id), _token, cancellation), cancellation)));
        while (_apps.Any(app => _sidecar.ConnectedWorkers(app.Id) == 0))
            await Task.Delay(Pause, cancellation);
    }

    private void Add(string id, Func<WebApplicationBuilder, WebApplication> build) => _apps.Add(new EmbeddedApp(id, build));
}
