using DaprHep.Data.Objects;
using DaprHep.Serving.Catalogue;

namespace DaprHep.Serving.Models;

/// <summary>
/// Keeps the models of this process as the catalogue has them: it looks every second, and at once where this process changed it. What can't
/// be loaded is tried again now and then, for files are put back, too.
/// </summary>
internal sealed class CatalogueFollower(CatalogueStore store, ModelHost host, TimeProvider time, ILogger<CatalogueFollower> logger)
    : BackgroundService
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(1), Again = TimeSpan.FromSeconds(5);
    private readonly SemaphoreSlim _one = new(1, 1);
    private ServingCatalogue? _known;
    private long _taken;

    /// <summary>Why the catalogue can't be read; null where it can.</summary>
    public string? Trouble { get; private set; }

    /// <summary>Whether the catalogue has been read.</summary>
    public bool HasLooked => _known is not null;

    /// <summary>Looks now; what the catalogue says is served when the task ends.</summary>
    /// <exception cref="ObjectStoreException">The store can't be read.</exception>
    public async Task LookAsync(CancellationToken cancellation)
    {
        await _one.WaitAsync(cancellation);
        try
        {
            ServingCatalogue? next = _known is { } known
                ? await store.ReadAfterAsync(known, cancellation)
                : await store.ReadAsync(cancellation);
            if (next is null)
            {
                if (host.All.Any(model => model.Problem is not null) && time.GetElapsedTime(_taken) >= Again)
                    await TakeAsync(_known!, cancellation);
                return;
            }
            await TakeAsync(next, cancellation);
            logger.LogInformation(
                "Revision {Revision} of the catalogue: {Models}",
                next.Revision,
                string.Join(", ", next.Models.Select(model => $"{model.Name} {model.Serving ?? "none"}")));
        }
        finally
        {
            _one.Release();
        }
    }

    public override void Dispose()
    {
        _one.Dispose();
        base.Dispose();
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Interval, time);
        try
        {
            do
                await TryLookAsync(stoppingToken);
            while (await timer.WaitForNextTickAsync(stoppingToken));
        }
        catch (OperationCanceledException)
        {
            // The process stops.
        }
    }

    private async Task TakeAsync(ServingCatalogue catalogue, CancellationToken cancellation)
    {
        await host.TakeAsync(store.Objects, catalogue, cancellation);
        (_known, _taken) = (catalogue, time.GetTimestamp());
    }

    // A store that is away changes nothing of what is served.
    private async Task TryLookAsync(CancellationToken stopping)
    {
        try
        {
            await LookAsync(stopping);
            Trouble = null;
        }
        catch (Exception e) when (e is ObjectStoreException or IOException)
        {
            if (Trouble != e.Message)
                logger.LogWarning("The catalogue can't be read: {Reason}", e.Message);
            Trouble = e.Message;
        }
    }
}
