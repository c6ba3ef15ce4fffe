using System.Globalization;
using System.Text.Json;
using Dapr;
using Dapr.Client;

namespace DaprHep.Gateway;

/// <summary>
/// Keeps in the state store what processes have told of runs, so that another gateway, or this one after a restart, still knows it. It is
/// kept for a month.
/// </summary>
internal sealed class BoardArchive(DaprClient dapr, ILogger<BoardArchive> logger)
{
    private const string Component = "statestore";
    private static readonly Dictionary<string, string> Kept = new() { ["ttlInSeconds"] = "2592000" };

    /// <summary>Takes in what is kept of a run; where the store does not answer, it is asked again the next time.</summary>
    public async Task LoadAsync(string run, RunBoard board, CancellationToken cancellation)
    {
        try
        {
            var pages = new List<BoardPage>();
            BoardPage? first = await dapr.GetStateAsync<BoardPage?>(Component, KeyOf(run, 0), cancellationToken: cancellation);
            if (first is not null)
            {
                pages.Add(first);
                for (int page = 1; page <= first.Pages; page++)
                {
                    if (await dapr.GetStateAsync<BoardPage?>(Component, KeyOf(run, page), cancellationToken: cancellation) is { } next)
                        pages.Add(next);
                }
            }
            board.Load(pages);
        }
        catch (Exception e) when (e is DaprException or JsonException || (e is OperationCanceledException && !cancellation.IsCancellationRequested))
        {
            logger.LogDebug("What was told of run {Run} is not known: {Reason}", run, e.Message);
        }
    }

    /// <summary>Keeps what is new of a run.</summary>
    /// <returns>Whether all of it is kept.</returns>
    public async Task<bool> KeepAsync(string run, RunBoard board, CancellationToken cancellation)
    {
        if (!board.IsLoaded)
            await LoadAsync(run, board, cancellation);
        if (!board.IsLoaded)
            return false;
        List<(int Page, BoardPage Content)> changed = board.TakeChangedPages();
        try
        {
            foreach ((int page, BoardPage content) in changed.OrderByDescending(page => page.Page))
                await dapr.SaveStateAsync(Component, KeyOf(run, page), content, stateOptions: null, Kept, cancellation);
            return true;
        }
        catch (Exception e) when (e is DaprException or OperationCanceledException)
        {
            board.PutBack(changed.Select(page => page.Page));
            return false;
        }
    }

    private static string KeyOf(string run, int page) => string.Create(CultureInfo.InvariantCulture, $"progress-{run}-{page}");
}
