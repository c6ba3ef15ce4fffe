using System.Globalization;
using System.Net;
using System.Text.Json;

namespace DaprHep.Learning.Distributed.Kubernetes;

/// <summary>
/// Watches over ranks that have not begun yet. That pods cannot be created, only events tell; that one finds no node or no image, the pod
/// itself does. A job's own status says neither.
/// </summary>
/// <param name="api">The server.</param>
/// <param name="job">Name of the job.</param>
/// <param name="ranks">How many ranks there are.</param>
/// <param name="output">Told what they wait for, when it changes.</param>
internal sealed class RankPlacement(KubernetesApi api, string job, int ranks, Action<string> output)
{
    private long? _started;
    private string _told = "";
    private bool _mayNotSeeEvents;

    /// <summary>How long all may take until they run.</summary>
    public required TimeSpan StartLimit { get; init; }

    /// <summary>How long pods may be missing for a reason that the cluster gives.</summary>
    public required TimeSpan CreateLimit { get; init; }

    /// <summary>Whether ranks of the attempt before hang on a lost node: the quota has them as well until the cluster counts anew, so pods
    /// may be missing until <see cref="StartLimit"/>.</summary>
    public required bool ArePlacesHeld { get; init; }

    /// <summary>Looks at the ranks; to be called about once a second.</summary>
    /// <exception cref="RanksNotPlacedException">They have waited for too long.</exception>
    public async Task CheckAsync(RankAttempt attempt, CancellationToken cancellation)
    {
        if (attempt.HasStarted)
            return;
        if (attempt.IsSuspended)
        {
            _started = null;
            return;
        }

        _started ??= api.Time.GetTimestamp();
        var waited = api.Time.GetElapsedTime(_started.Value);
        var obstacles = string.Join("; ", attempt.Obstacles());
        if (attempt.Pods.Count < ranks && waited > CreateLimit
            && await CreationTroubleAsync(cancellation).ConfigureAwait(false) is { } trouble)
        {
            obstacles = $"Kubernetes created {attempt.Pods.Count} of the {ranks} pods of job {job}: {trouble}";
            if (!ArePlacesHeld || waited > StartLimit)
                throw new RanksNotPlacedException(obstacles);
        }

        if (obstacles.Length > 0 && obstacles != _told)
            output($"Ranks wait for a place: {_told = obstacles}");
        if (waited > StartLimit)
        {
            throw new RanksNotPlacedException(string.Create(
                CultureInfo.InvariantCulture,
                $"Not all {ranks} ranks of job {job} ran within {StartLimit.TotalSeconds:F0} s: ")
                + (obstacles.Length > 0 ? obstacles : "the cluster says nothing about it; see kubectl describe job " + job));
        }
    }

    /// <summary>The last reason for which a pod was not created; null for none.</summary>
    private async Task<string?> CreationTroubleAsync(CancellationToken cancellation)
    {
        if (_mayNotSeeEvents)
            return null;
        try
        {
            var selector = Uri.EscapeDataString($"involvedObject.kind=Job,involvedObject.name={job},reason=FailedCreate");
            var (events, _) = await api.ListAsync(api.Events, $"fieldSelector={selector}", cancellation).ConfigureAwait(false);
            return events.OrderBy(one => one.TextAt("lastTimestamp"), StringComparer.Ordinal).LastOrDefault() is
                { ValueKind: JsonValueKind.Object } last
                ? last.TextAt("message")
                : null;
        }
        catch (KubernetesException e) when (e.Status == HttpStatusCode.Forbidden)
        {
            _mayNotSeeEvents = true;
            return null;
        }
    }
}
