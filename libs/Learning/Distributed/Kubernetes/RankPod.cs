using System.Globalization;
using System.Text.Json;

namespace DaprHep.Learning.Distributed.Kubernetes;

/// <summary>What is known of the pod of a rank.</summary>
/// <param name="Uid">Its identity.</param>
/// <param name="Name">Its name.</param>
/// <param name="Rank">Its rank: the completion index of the job.</param>
/// <param name="Phase">Pending, Running, Succeeded or Failed.</param>
internal sealed record RankPod(string Uid, string Name, int Rank, string Phase)
{
    private const string IndexLabel = "batch.kubernetes.io/job-completion-index";
    private const int LongestFallback = 2000, KeptLines = 20;

    /// <summary>The rank's container in a pod.</summary>
    internal const string Container = "rank";

    /// <summary>Whether it gives signs of life.</summary>
    public bool IsReady { get; init; }

    /// <summary>Whether it ever did.</summary>
    public bool WasReady { get; init; }

    /// <summary>Whether somebody has deleted it.</summary>
    public bool IsDeleted { get; init; }

    /// <summary>Why the cluster takes it away; null where it does not.</summary>
    public string? Disruption { get; init; }

    /// <summary>Exit code of the rank; null while it runs, and where none is known.</summary>
    public int? ExitCode { get; init; }

    /// <summary>The cluster's word for its end, such as <c>OOMKilled</c>.</summary>
    public string? ExitReason { get; init; }

    /// <summary>The last lines that the rank wrote, but for its reports.</summary>
    public string Errors { get; init; } = "";

    /// <summary>Why it does not run yet; null where nothing is in its way.</summary>
    public string? Obstacle { get; init; }

    /// <summary>Whether it will never run again.</summary>
    public bool HasEnded => Phase is "Succeeded" or "Failed";

    /// <summary>Whether the attempt cannot go on with it.</summary>
    public bool IsLost => Phase != "Succeeded" && (Phase == "Failed" || IsDeleted || Disruption is not null || (WasReady && !IsReady));

    /// <summary>Reads a pod; null for one that is no rank.</summary>
    /// <param name="pod">As the server sends it.</param>
    /// <param name="before">What was known before.</param>
    public static RankPod? Read(JsonElement pod, RankPod? before)
    {
        if (pod.TextAt("metadata", "uid") is not { } uid
            || !int.TryParse(pod.TextAt("metadata", "labels", IndexLabel), NumberStyles.None, CultureInfo.InvariantCulture, out var rank))
        {
            return null;
        }

        var container = pod.ListAt("status", "containerStatuses").FirstOrDefault(status => status.TextAt("name") == Container);
        if (container.ValueKind == JsonValueKind.Undefined)
            container = pod.ListAt("status", "containerStatuses").FirstOrDefault();
        var ended = container.ValueKind == JsonValueKind.Object ? container.Find("state", "terminated") : null;
        var phase = pod.TextAt("status", "phase") ?? "Pending";
        // One whose rank has ended is not ready either, for a moment before its phase says so; that is no loss.
        var isReady = pod.TrueCondition("Ready") is not null || (phase == "Running" && ended is not null);
        return new RankPod(uid, pod.TextAt("metadata", "name") ?? uid, rank, phase)
        {
            IsReady = isReady,
            WasReady = isReady || before is { WasReady: true },
            IsDeleted = pod.Find("metadata", "deletionTimestamp") is not null,
            Disruption = pod.TrueCondition("DisruptionTarget") is { } target
                ? $"{target.TextAt("reason")}: {target.TextAt("message")}".TrimEnd(':', ' ')
                : null,
            ExitCode = ended?.NumberAt("exitCode"),
            ExitReason = ended?.TextAt("reason") ?? pod.TextAt("status", "reason"),
            Errors = ErrorsIn(ended?.TextAt("message") ?? (phase == "Failed" ? pod.TextAt("status", "message") : null)),
            Obstacle = ObstacleOf(pod, container),
        };
    }

    /// <summary>What is said of a rank that did not end well.</summary>
    /// <param name="ranks">How many there are.</param>
    public string Describe(int ranks)
    {
        var how = Disruption is not null ? $"was taken away by the cluster ({Disruption})"
            : Phase == "Failed" && ExitCode is > 128 ? $"was ended by signal {ExitCode - 128}"
            : Phase == "Failed" && ExitCode is not null ? $"ended with exit code {ExitCode}"
            : Phase == "Failed" ? "ended"
            : IsDeleted ? "was deleted"
            : "gives no sign of life: its pod is not ready any more";
        var reason = ExitReason is { } word and not "Error" and not "Completed" && Disruption is null ? $" ({word})" : "";
        return string.Create(CultureInfo.InvariantCulture, $"Rank {Rank} of {ranks} {how}{reason}, pod {Name}")
            + (Errors.Length > 0 ? ": " + Errors : "");
    }

    private static string? ObstacleOf(JsonElement pod, JsonElement container)
    {
        if (pod.Condition("PodScheduled", "False") is { } unscheduled)
            return unscheduled.TextAt("message") ?? unscheduled.TextAt("reason");
        if (container.ValueKind != JsonValueKind.Object || container.Find("state", "waiting") is not { } waiting)
            return null;
        return waiting.TextAt("reason") is { } reason and not "ContainerCreating" and not "PodInitializing"
            ? $"{reason}: {waiting.TextAt("message")}".TrimEnd(':', ' ')
            : null;
    }

    /// <summary>The end of a log, of which reports to the launcher are no part; a long one begins within a line.</summary>
    private static string ErrorsIn(string? message)
    {
        if (message is null)
            return "";
        var lines = message.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).AsEnumerable();
        if (message.Length >= LongestFallback)
            lines = lines.Skip(1);
        return string.Join('\n', lines.Where(line => !line.StartsWith('{')).TakeLast(KeptLines));
    }
}
