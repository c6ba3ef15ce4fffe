using System.Text.Json;
using DaprHep.Learning.Distributed;
using DaprHep.Learning.Distributed.Kubernetes;

namespace DaprHep.Kubernetes.Tests;

/// <summary>
/// What the launcher makes of the lives of real jobs, from the watches of a real API server of Kubernetes 1.37: of the full recordings
/// where these are beside the repository, else of extracts with the fields that matter.
/// </summary>
public sealed class RecordedLifeTests
{
    private const double Settling = 4;

    [Fact]
    public void A_job_whose_ranks_all_end_well_has_succeeded()
    {
        RankAttempt attempt = Play("05-life-complete", "ok", until: a => a.HasSucceeded);
        attempt.HasSucceeded.ShouldBeTrue();
        attempt.HasFailed.ShouldBeFalse();
        attempt.HasStarted.ShouldBeTrue();
    }

    [Theory]
    [InlineData("06b-life-max-failed-indexes", "maxidx", 1, 1, false, "Rank 1 of 4 ended with exit code 1, pod maxidx-1-")]
    [InlineData("07-life-exit-code-policy", "policy", 1, 42, false, "Rank 1 of 4 ended with exit code 42, pod policy-1-")]
    [InlineData("08-life-disruption-eviction", "evict", 1, 143, true, "Rank 1 of 4 was taken away by the cluster (EvictionByEvictionAPI: ")]
    [InlineData("08b-life-lost-node", "lost", 1, 137, true, "Rank 1 of 4 gives no sign of life: its pod is not ready any more, ")]
    [InlineData("08c-life-preemption", "low", 2, 143, true, "Rank 2 of 3 was taken away by the cluster (PreemptionByScheduler: ")]
    [InlineData("10-life-deadline", "late", 0, 4, false, "The job of the 4 ranks failed: DeadlineExceeded: ")]
    public void The_rank_to_blame_is_named(string file, string job, int rank, int exitCode, bool isLost, string message)
    {
        RankAttempt attempt = Play(file, job, until: a => a.IsSettled);
        attempt.HasFailed.ShouldBeTrue();
        RankFailedException failure = attempt.Failure();
        failure.Message.ShouldStartWith(message);
        failure.Rank.ShouldBe(rank);
        failure.ExitCode.ShouldBe(exitCode);
        failure.IsLost.ShouldBe(isLost);
    }

    [Fact]
    public void A_rank_without_a_node_says_why_and_the_job_has_not_started()
    {
        RankAttempt attempt = Play("09-unschedulable", "big", until: _ => false, last: 30);
        attempt.HasFailed.ShouldBeFalse();
        attempt.HasStarted.ShouldBeFalse();
        attempt.Obstacles().ShouldHaveSingleItem().ShouldContain("rank 3: 0/5 nodes are available:");
        attempt.Obstacles()[0].ShouldContain("Insufficient nvidia.com/gpu");
    }

    [Fact]
    public void Of_pods_that_a_quota_refuses_the_job_knows_nothing()
    {
        RankAttempt attempt = Play("03-quota-and-admission", "too-many", until: _ => false, last: 30);
        attempt.Pods.Count.ShouldBe(2);
        attempt.HasStarted.ShouldBeFalse();
        attempt.HasFailed.ShouldBeFalse();
        attempt.Obstacles().ShouldBeEmpty();
    }

    [Fact]
    public void A_job_in_a_queue_has_neither_started_nor_failed_and_one_that_is_suspended_again_is_lost()
    {
        RankAttempt attempt = Play("11-suspend", "pause", until: _ => false, last: 7);
        attempt.IsSuspended.ShouldBeTrue();
        attempt.HasFailed.ShouldBeFalse();

        attempt = Play("11-suspend", "pause", until: a => a.HasStarted);
        attempt.IsSuspended.ShouldBeFalse();
        attempt.HasFailed.ShouldBeFalse();

        attempt = Play("11-suspend", "pause", until: a => a.HasFailed, last: 60);
        attempt.HasFailed.ShouldBeTrue();
        attempt.Failure().IsLost.ShouldBeTrue();
    }

    // Once an attempt has failed, the launcher takes news for a few more seconds.
    private static RankAttempt Play(string file, string job, Func<RankAttempt, bool> until, int last = int.MaxValue)
    {
        int ranks = job == "low" ? 3 : 4;
        var attempt = new RankAttempt(ranks);
        double? failed = null;
        foreach (string line in File.ReadLines(PathOf(file)))
        {
            using JsonDocument recorded = JsonDocument.Parse(line);
            JsonElement root = recorded.RootElement;
            if (root.TextAt("kind") != "watch-line" || root.GetProperty("n").GetInt32() > last
                || root.Find("line", "object") is not { } found)
                continue;
            JsonElement item = found.Clone();
            double time = root.GetProperty("t").GetDouble();
            if (until(attempt) || time - failed > Settling)
                break;
            var news = new WatchNews("", [item], IsList: false, root.TextAt("line", "type") == "DELETED");
            if (item.TextAt("kind") == "Pod" && (item.TextAt("metadata", "name") ?? "").StartsWith(job + "-", StringComparison.Ordinal))
                attempt.TakePods(news);
            else if (item.TextAt("kind") == "Job" && item.TextAt("metadata", "name") == job)
                attempt.TakeJob(news);
            if (attempt.HasFailed)
                failed ??= time;
        }
        return attempt;
    }

    private static string PathOf(string file)
    {
        string full = Path.Combine(Repository.Shared ?? "", "k8s", "exchanges", file + ".jsonl");
        return File.Exists(full) ? full : Path.Combine(Repository.Root, "tests", "Kubernetes", "recorded", file + ".jsonl");
    }
}
