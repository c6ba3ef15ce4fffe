using System.Text.Json;

namespace DaprHep.Learning.Distributed.Kubernetes;

/// <summary>
/// What is known of an attempt from the watches of its job and its pods, which are not ordered against each other. A lost rank shows in its
/// pod at once, in the job's status late or never; how the attempt ended shows in the job's conditions.
/// </summary>
/// <param name="ranks">How many ranks there are.</param>
internal sealed class RankAttempt(int ranks)
{
    /// <summary>Exit code of a rank that is gone without one: as if it had been killed.</summary>
    private const int Killed = 137;

    /// <summary>Reasons for which a job fails because of a pod; for others, its pods are not to blame.</summary>
    private static readonly string[] PodReasons = ["MaxFailedIndexesExceeded", "FailedIndexes", "BackoffLimitExceeded", "PodFailurePolicy"];

    private readonly Dictionary<string, RankPod> _pods = [];
    private readonly List<string> _losses = [];
    private JsonElement? _job;
    private bool _jobIsGone;

    /// <summary>The pods that are known, gone ones too.</summary>
    public IReadOnlyCollection<RankPod> Pods => _pods.Values;

    /// <summary>The pod of the first rank, once it runs or has run.</summary>
    public RankPod? FirstRank => _pods.Values.FirstOrDefault(pod => pod is { Rank: 0, WasReady: true } or { Rank: 0, HasEnded: true });

    /// <summary>Whether the job waits in a queue, and has no pods meanwhile.</summary>
    public bool IsSuspended => _job?.Find("spec", "suspend") is { ValueKind: JsonValueKind.True };

    /// <summary>Whether every rank has begun.</summary>
    public bool HasStarted =>
        Enumerable.Range(0, ranks).All(rank => _pods.Values.Any(pod => pod.Rank == rank && (pod.WasReady || pod.HasEnded)));

    /// <summary>Whether every rank has ended well. SuccessCriteriaMet comes before Complete, and is as certain.</summary>
    public bool HasSucceeded => _job?.TrueCondition("Complete") is not null || _job?.TrueCondition("SuccessCriteriaMet") is not null
        || Enumerable.Range(0, ranks).All(rank => _pods.Values.Any(pod => pod.Rank == rank && pod.Phase == "Succeeded"));

    /// <summary>Whether the attempt is over and has not succeeded.</summary>
    public bool HasFailed => !HasSucceeded && (_losses.Count > 0 || JobFailure is not null || _jobIsGone);

    /// <summary>Whether nothing more is to be learned about why it failed.</summary>
    public bool IsSettled => _pods.Values.All(pod => pod.HasEnded) && (JobFailure is not null || _jobIsGone);

    private JsonElement? JobFailure => _job?.TrueCondition("Failed") ?? _job?.TrueCondition("FailureTarget");

    /// <summary>Takes what a watch of the pods says.</summary>
    public void TakePods(WatchNews news)
    {
        foreach (var element in news.Objects)
        {
            if (RankPod.Read(element, _pods.GetValueOrDefault(element.TextAt("metadata", "uid") ?? "")) is { } pod)
                Put(news.IsDeleted ? GoneFrom(pod) : pod);
        }

        if (!news.IsList)
            return;
        var listed = news.Objects.Select(pod => pod.TextAt("metadata", "uid")).ToHashSet();
        foreach (var missing in _pods.Values.Where(pod => !listed.Contains(pod.Uid)).ToArray())
            Put(GoneFrom(missing));
    }

    /// <summary>Takes what a watch of the job says.</summary>
    public void TakeJob(WatchNews news)
    {
        if (news.Objects is [.., var job])
            _job = job;
        // Its last state has its conditions: one that was deleted after its time is complete all the same.
        _jobIsGone = news.IsDeleted || news is { IsList: true, Objects.Count: 0 };
    }

    /// <summary>Who is to blame, when <see cref="HasFailed"/>.</summary>
    public RankFailedException Failure()
    {
        // The job controller deletes the healthy pods of a job that has failed: those are no cause.
        var lost = _losses.Select(uid => _pods[uid]).ToArray();
        var culprit = lost.FirstOrDefault(pod => pod.Disruption is not null)
            ?? lost.FirstOrDefault(pod => Ended(pod) && pod.ExitCode is > 128 and not RankProcess.Interrupted)
            ?? lost.FirstOrDefault(pod => Ended(pod) && pod.ExitCode == RankProcess.BadInput)
            ?? lost.FirstOrDefault(pod => Ended(pod) && pod.ExitCode == RankProcess.Failed)
            ?? lost.FirstOrDefault(Ended)
            ?? lost.FirstOrDefault(pod => !pod.IsDeleted);
        if (culprit is null && JobFailure is { } failure && !(lost.Length > 0 && PodReasons.Contains(failure.TextAt("reason"))))
        {
            return new RankFailedException(
                0, RankProcess.Failed, "", $"The job of the {ranks} ranks failed: {failure.TextAt("reason")}: {failure.TextAt("message")}");
        }

        culprit ??= lost.FirstOrDefault();
        return culprit is null
            ? new RankFailedException(0, Killed, "", $"The job of the {ranks} ranks was deleted while they trained")
            : new RankFailedException(culprit.Rank, ExitCodeOf(culprit), culprit.Errors, culprit.Describe(ranks));

        static bool Ended(RankPod pod) => pod is { Phase: "Failed", IsDeleted: false };
    }

    /// <summary>What stands in the way of ranks that have not begun.</summary>
    public IReadOnlyList<string> Obstacles() =>
    [
        .. _pods.Values.Where(pod => pod is { WasReady: false, HasEnded: false, Obstacle: not null })
            .GroupBy(pod => pod.Obstacle!)
            .Select(group => $"rank {string.Join(", ", group.Select(pod => pod.Rank).Order())}: {group.Key}"),
    ];

    private static int ExitCodeOf(RankPod pod) => pod is { Phase: "Failed", IsDeleted: false, Disruption: null, ExitCode: { } code }
        ? code
        : pod.ExitCode is > 128 and var signalled ? signalled : Killed;

    private static RankPod GoneFrom(RankPod pod) => pod.HasEnded ? pod : pod with { Phase = "Failed", IsDeleted = true };

    private void Put(RankPod pod)
    {
        // What happens to an ended pod, such as its deletion, says nothing about the rank.
        if (_pods.TryGetValue(pod.Uid, out var before) && before.HasEnded)
            return;
        _pods[pod.Uid] = pod;
        if (pod.IsLost && !_losses.Contains(pod.Uid))
            _losses.Add(pod.Uid);
    }
}
