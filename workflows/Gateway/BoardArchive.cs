using System.Globalization;
using System.Text.Json;
using Dapr;
using Dapr.Client;

namespace DaprHep.Gateway;

/// <summary>
/// What processes have told of runs, in the state store, for a month. A message reaches one replica of the gateway only; each keeps what has
/// reached it under keys that only it writes, and reads those of the others, so that all of them, also after a restart, know the same.
/// </summary>
internal sealed class BoardArchive(DaprClient dapr, ILogger<BoardArchive> logger)
{
    private const string Component = "statestore";
    private static readonly StateOptions FirstWins = new() { Concurrency = ConcurrencyMode.FirstWrite, Consistency = ConsistencyMode.Strong };
    private static readonly Dictionary<string, string> Kept = new() { ["ttlInSeconds"] = "2592000" };
    private readonly string _self = Guid.NewGuid().ToString("N")[..12];

    /// <summary>Takes in what others have kept since the last time; where the store does not answer, it is asked again the next time.</summary>
    public async Task ReadAsync(string run, ToldRun told)
    {
        try
        {
            string[] gateways = await dapr.GetStateAsync<string[]?>(Component, KeyOf(run)) ?? [];
            foreach (string gateway in gateways.Where(gateway => gateway != _self))
            {
                if (await PageAsync(run, gateway, 0) is not { } head)
                    continue;
                foreach ((int page, long number) in head.Pages ?? [])
                {
                    if (number <= told.Read.GetValueOrDefault((gateway, page)))
                        continue;
                    if ((page == 0 ? head : await PageAsync(run, gateway, page)) is { } content)
                        told.All.Take(content);
                    told.Read[(gateway, page)] = number;
                }
            }
        }
        catch (Exception e) when (e is DaprException or JsonException or OperationCanceledException)
        {
            logger.LogDebug("What other gateways were told of run {Run} is not known: {Reason}", run, e.Message);
        }
    }

    /// <summary>Keeps what has reached this gateway since the last time.</summary>
    /// <returns>Whether all of it is kept.</returns>
    public async Task<bool> KeepAsync(string run, ToldRun told, CancellationToken cancellation)
    {
        List<(int Page, BoardPage Content)> changed = told.Here.PagesSince(told.Kept, out long last);
        if (changed.Count == 0)
            return true;
        try
        {
            if (told.Kept == 0)
                await EnterAsync(run, cancellation);
            foreach ((int page, BoardPage content) in changed)
                await dapr.SaveStateAsync(Component, KeyOf(run, _self, page), content, stateOptions: null, Kept, cancellation);
            told.Kept = last;
            return true;
        }
        catch (Exception e) when (e is DaprException or OperationCanceledException)
        {
            return false;
        }
    }

    private static string KeyOf(string run) => $"progress-{run}";

    private static string KeyOf(string run, string gateway, int page) => string.Create(CultureInfo.InvariantCulture, $"progress-{run}-{gateway}-{page}");

    private Task<BoardPage?> PageAsync(string run, string gateway, int page) => dapr.GetStateAsync<BoardPage?>(Component, KeyOf(run, gateway, page));

    // Adds this gateway to those that have something of the run.
    private async Task EnterAsync(string run, CancellationToken cancellation)
    {
        while (true)
        {
            (string[]? gateways, string etag) = await dapr.GetStateAndETagAsync<string[]?>(
                Component, KeyOf(run), ConsistencyMode.Strong, metadata: null, cancellation);
            if (gateways?.Contains(_self) == true
                || await dapr.TrySaveStateAsync(Component, KeyOf(run), (string[])[.. gateways ?? [], _self], etag ?? "", FirstWins, Kept, cancellation))
            {
                return;
            }
        }
    }
}
