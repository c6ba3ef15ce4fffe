using Dapr;
using Dapr.Client;

namespace DaprHep.Hosting.Runs;

/// <summary>
/// Marks of suspended, failed and cancelled runs in the Dapr state store, for every process to see. The workflow runtime can stop a
/// workflow, but not the activities, jobs and child workflows that work for it; those look for the mark.
/// </summary>
public sealed class RunMarks(DaprClient dapr)
{
    private const string Component = "statestore";

    private static readonly StateOptions FirstWins = new() { Concurrency = ConcurrencyMode.FirstWrite, Consistency = ConsistencyMode.Strong };

    // By then nothing of an ended run can be under way any more.
    private static readonly Dictionary<string, string> Kept = new() { ["ttlInSeconds"] = "604800" };

    /// <summary>Marks a run as cancelled: what works for it stops within seconds.</summary>
    /// <exception cref="DaprException">The sidecar or the store is away.</exception>
    public Task CancelAsync(string run, CancellationToken cancellation) => EndAsync(run, RunMark.Cancelled, cancellation);

    /// <summary>Marks a run as failed: what still works for it stops within seconds.</summary>
    /// <exception cref="DaprException">The sidecar or the store is away.</exception>
    public Task FailAsync(string run, CancellationToken cancellation) => EndAsync(run, RunMark.Failed, cancellation);

    /// <summary>Marks a run as suspended, unless it has another mark: what works for it rests within seconds.</summary>
    /// <exception cref="DaprException">The sidecar or the store is away.</exception>
    public async Task SuspendAsync(string run, CancellationToken cancellation)
    {
        (RunMark mark, string etag) = await FindAsync(run, cancellation);
        if (mark == RunMark.None)
            await dapr.TrySaveStateAsync(Component, KeyOf(run), TextOf(RunMark.Suspended), etag, FirstWins, metadata: null, cancellation);
    }

    /// <summary>Takes the mark of a suspended run away: what works for it goes on within seconds.</summary>
    /// <exception cref="DaprException">The sidecar or the store is away.</exception>
    public async Task ResumeAsync(string run, CancellationToken cancellation)
    {
        (RunMark mark, string etag) = await FindAsync(run, cancellation);
        if (mark == RunMark.Suspended)
            await dapr.TryDeleteStateAsync(Component, KeyOf(run), etag, FirstWins, metadata: null, cancellation);
    }

    /// <summary>Takes any mark away, for a run that begins again under its name, and waits until every process has seen that.</summary>
    /// <exception cref="DaprException">The sidecar or the store is away.</exception>
    public async Task ClearAsync(string run, CancellationToken cancellation)
    {
        if (await OfAsync(run, cancellation) == RunMark.None)
            return;
        await dapr.DeleteStateAsync(Component, KeyOf(run), stateOptions: null, metadata: null, cancellation);
        await Task.Delay(RunWatch.Interval * 2, cancellation);
    }

    /// <summary>A run's mark.</summary>
    /// <exception cref="DaprException">The sidecar or the store is away.</exception>
    public async Task<RunMark> OfAsync(string run, CancellationToken cancellation) => (await FindAsync(run, cancellation)).Mark;

    /// <summary>The marks of some runs, in their order.</summary>
    /// <exception cref="DaprException">The sidecar or the store is away.</exception>
    public async Task<IReadOnlyList<RunMark>> OfAsync(IReadOnlyList<string> runs, CancellationToken cancellation)
    {
        IReadOnlyList<BulkStateItem<string?>> found = await dapr.GetBulkStateAsync<string?>(
            Component, [.. runs.Select(KeyOf)], parallelism: null, metadata: null, cancellation);
        var marks = found.ToDictionary(mark => mark.Key, mark => Read(mark.Value));
        return [.. runs.Select(run => marks.GetValueOrDefault(KeyOf(run)))];
    }

    private Task EndAsync(string run, RunMark mark, CancellationToken cancellation) =>
        dapr.SaveStateAsync(Component, KeyOf(run), TextOf(mark), stateOptions: null, Kept, cancellation);

    private async Task<(RunMark Mark, string Etag)> FindAsync(string run, CancellationToken cancellation)
    {
        (string? mark, string etag) = await dapr.GetStateAndETagAsync<string?>(
            Component, KeyOf(run), ConsistencyMode.Strong, metadata: null, cancellation);
        return (Read(mark), etag ?? "");
    }

    private static string KeyOf(string run) => $"run-{run}";

    private static string TextOf(RunMark mark) => mark.ToString().ToLowerInvariant();

    private static RunMark Read(string? text) => Enum.TryParse(text, ignoreCase: true, out RunMark mark) ? mark : RunMark.None;
}
