using Dapr;
using Dapr.Client;

namespace DaprHep.Hosting.Jobs;

/// <summary>
/// Job records in the Dapr state store <c>statestore</c>. Services and the workflow app see the same records, because the component's
/// <c>keyPrefix</c> is <c>name</c> and not the app's id.
/// </summary>
internal sealed class JobStore(DaprClient dapr, TimeProvider time)
{
    /// <summary>The state store component.</summary>
    public const string Component = "statestore";

    // Records of ended jobs are of use for looking back only.
    private static readonly TimeSpan Kept = TimeSpan.FromDays(7);

    private static readonly StateOptions FirstWins = new() { Concurrency = ConcurrencyMode.FirstWrite, Consistency = ConsistencyMode.Strong };

    public DateTimeOffset Now => time.GetUtcNow();

    /// <summary>The record; null when there is none.</summary>
    /// <exception cref="DaprException">The sidecar or the store is away.</exception>
    public async Task<JobRecord?> FindAsync(string id, CancellationToken cancellation) => (await ReadAsync(id, cancellation)).Record;

    /// <summary>Writes what <paramref name="change"/> makes of the record (null when there is none), and again when another was quicker.</summary>
    /// <param name="id">The job.</param>
    /// <param name="change">Gives the new record, or null to leave the record as it is.</param>
    /// <param name="cancellation">Gives up.</param>
    /// <returns>The record as it is now, and whether it was changed here.</returns>
    /// <exception cref="DaprException">The sidecar or the store is away.</exception>
    public async Task<(JobRecord? Record, bool Changed)> ChangeAsync(
        string id, Func<JobRecord?, JobRecord?> change, CancellationToken cancellation)
    {
        while (true)
        {
            (JobRecord? record, string etag) = await ReadAsync(id, cancellation);
            if (change(record) is not { } changed)
                return (record, false);
            var metadata = new Dictionary<string, string>();
            if (changed.HasEnded)
                metadata["ttlInSeconds"] = $"{(long)Kept.TotalSeconds}";
            if (await dapr.TrySaveStateAsync(Component, KeyOf(id), changed, etag, FirstWins, metadata, cancellation))
                return (changed, true);
        }
    }

    private static string KeyOf(string id) => $"job-{id}";

    private async Task<(JobRecord? Record, string Etag)> ReadAsync(string id, CancellationToken cancellation)
    {
        (JobRecord? record, string etag) = await dapr.GetStateAndETagAsync<JobRecord?>(
            Component, KeyOf(id), ConsistencyMode.Strong, metadata: null, cancellation);
        return (record, etag ?? "");
    }
}
