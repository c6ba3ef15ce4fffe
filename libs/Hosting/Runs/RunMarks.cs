using Dapr;
using Dapr.Client;

namespace DaprHep.Hosting.Runs;

/// <summary>
/// Marks of cancelled runs in the Dapr state store, for every process to see. The workflow runtime can end a workflow, but not the
/// activities and jobs that work for it; those look for the mark.
/// </summary>
public sealed class RunMarks(DaprClient dapr)
{
    private const string Component = "statestore";
    private const string Cancelled = "cancelled";

    // By then nothing of the run can be under way any more.
    private static readonly Dictionary<string, string> Kept = new() { ["ttlInSeconds"] = "604800" };

    /// <summary>Marks a run as cancelled: what works for it stops within seconds.</summary>
    /// <exception cref="DaprException">The sidecar or the store is away.</exception>
    public Task CancelAsync(string run, CancellationToken cancellation) =>
        dapr.SaveStateAsync(Component, KeyOf(run), Cancelled, stateOptions: null, Kept, cancellation);

    /// <summary>Takes the mark away, for a run that begins again under its name, and waits until every process has seen that.</summary>
    /// <exception cref="DaprException">The sidecar or the store is away.</exception>
    public async Task ClearAsync(string run, CancellationToken cancellation)
    {
        if ((await CancelledOfAsync([run], cancellation)).Count == 0)
            return;
        await dapr.DeleteStateAsync(Component, KeyOf(run), stateOptions: null, metadata: null, cancellation);
        await Task.Delay(RunWatch.Interval * 2, cancellation);
    }

    /// <summary>Those of some runs that are cancelled.</summary>
    /// <exception cref="DaprException">The sidecar or the store is away.</exception>
    public async Task<IReadOnlyList<string>> CancelledOfAsync(IReadOnlyList<string> runs, CancellationToken cancellation)
    {
        IReadOnlyList<BulkStateItem<string?>> marks = await dapr.GetBulkStateAsync<string?>(
            Component, [.. runs.Select(KeyOf)], parallelism: null, metadata: null, cancellation);
        var marked = marks.Where(mark => mark.Value == Cancelled).Select(mark => mark.Key).ToHashSet();
        return [.. runs.Where(run => marked.Contains(KeyOf(run)))];
    }

    private static string KeyOf(string run) => $"run-{run}";
}
