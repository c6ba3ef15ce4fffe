using System.Collections.Concurrent;
using DaprHep.Hosting;
using DaprHep.Hosting.Contracts;

namespace DaprHep.Gateway;

/// <summary>
/// Knows which apps have a worker. An activity aimed at an app without one blocks its whole workflow, so runs are refused while one is
/// missing, and a run that waits for one says so.
/// </summary>
internal sealed class AppWatch(SidecarHttp sidecar) : BackgroundService
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(2);
    private readonly ConcurrentDictionary<string, DateTimeOffset> _missingSince = new();

    /// <summary>The apps of some that have no worker, asked now.</summary>
    public async Task<IReadOnlyList<string>> MissingAsync(IReadOnlyList<string> needed, CancellationToken cancellation)
    {
        bool[] ready = await Task.WhenAll(needed.Select(app => AskAsync(app, cancellation)));
        return [.. needed.Where((_, i) => !ready[i])];
    }

    /// <summary>Since when the app that a step needs has had no worker; null when it has one.</summary>
    public string? WaitingFor(string? step)
    {
        string? app = Steps.InOrder.FirstOrDefault(s => s.Step == step).App;
        return app is not null && _missingSince.TryGetValue(app, out DateTimeOffset since) ? StepStatus.WaitingFor(app, since) : null;
    }

    /// <summary>Since when an app has had no worker, asked now; null when it has one.</summary>
    public async Task<DateTimeOffset?> MissingSinceAsync(string app, CancellationToken cancellation) =>
        await AskAsync(app, cancellation) ? null : _missingSince.TryGetValue(app, out DateTimeOffset since) ? since : DateTimeOffset.UtcNow;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Interval);
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                await MissingAsync(Apps.All, stoppingToken);
                await timer.WaitForNextTickAsync(stoppingToken);
            }
            catch (OperationCanceledException)
            {
                return;
            }
        }
    }

    private async Task<bool> AskAsync(string app, CancellationToken cancellation)
    {
        bool ready = await sidecar.IsReadyAsync(app, cancellation);
        if (ready)
            _missingSince.TryRemove(app, out _);
        else
            _missingSince.TryAdd(app, DateTimeOffset.UtcNow);
        return ready;
    }
}
