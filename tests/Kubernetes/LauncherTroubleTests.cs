using System.Net;
using DaprHep.Learning.Distributed;
using DaprHep.Learning.Distributed.Kubernetes;

namespace DaprHep.Kubernetes.Tests;

/// <summary>What the launcher makes of clusters without room, and of an API server that refuses, forgets or is away.</summary>
public sealed class LauncherTroubleTests
{
    [Fact]
    public async Task Ranks_without_a_node_are_waited_for_and_then_given_up_with_the_schedulers_words()
    {
        await using FakeApiServer server = await FakeApiServer.OpenAsync();
        server.Cluster.Places = 2;
        await using Launch launch = Launch.Begin(server, fakeTime: true, startSeconds: 60);
        await launch.UntilAsync(() => launch.Says("Ranks wait for a place: rank 2: 0/5 nodes"));

        RanksNotPlacedException refused = await launch.FailureAsync<RanksNotPlacedException>();
        refused.Message.ShouldStartWith("Not all 3 ranks of job ranks-");
        refused.Message.ShouldContain("ran within 60 s: rank 2: 0/5 nodes are available");
        refused.Message.ShouldContain("3 Insufficient nvidia.com/gpu");
        // The two that ran hold their GPUs no longer.
        launch.Cluster.All("jobs").ShouldBeEmpty();
        launch.Cluster.All("pods").ShouldBeEmpty();
    }

    [Fact]
    public async Task A_quota_on_pods_is_learned_from_events_long_before_the_limit()
    {
        await using FakeApiServer server = await FakeApiServer.OpenAsync();
        server.Cluster.Quota = 2;
        await using Launch launch = Launch.Begin(server, fakeTime: true);

        RanksNotPlacedException refused = await launch.FailureAsync<RanksNotPlacedException>();
        refused.Message.ShouldStartWith("Kubernetes created 2 of the 3 pods of job ranks-");
        refused.Message.ShouldContain("exceeded quota: gpus, requested: requests.nvidia.com/gpu=1");
        launch.Cluster.All("jobs").ShouldBeEmpty();
    }

    [Fact]
    public async Task A_quota_that_pods_on_a_lost_node_still_hold_is_waited_for()
    {
        await using FakeApiServer server = await FakeApiServer.OpenAsync();
        await using Launch launch = await Launch.BeginRunningAsync(server, fakeTime: true);
        server.Cluster.KeepsPods = true;
        server.Cluster.LoseNode(1);
        await launch.FailureAsync<RankFailedException>(step: 0.5);

        server.Cluster.Quota = 2;
        await using Launch next = Launch.Begin(server, fakeTime: true);
        await next.UntilAsync(() => next.Says("Ranks wait for a place: Kubernetes created 2 of the 3 pods of job ranks-"));
        await next.AdvanceAsync(60);
        next.Attempt.IsCompleted.ShouldBeFalse();
        server.Cluster.LiftQuota(FakeCluster.NameOf(server.Cluster.Job));
        await SucceedAsync(next);
    }

    [Fact]
    public async Task A_quota_on_jobs_is_refused_at_once_though_it_is_a_403()
    {
        await using FakeApiServer server = await FakeApiServer.OpenAsync();
        server.Refuses = request => request.Method == "POST"
            ? (403, "Forbidden", "jobs.batch \"x\" is forbidden: exceeded quota: gpus, requested: count/jobs.batch=1")
            : null;
        await using Launch launch = Launch.Begin(server);

        KubernetesException refused = await launch.FailureAsync<KubernetesException>();
        refused.Status.ShouldBe(HttpStatusCode.Forbidden);
        refused.Message.ShouldContain("exceeded quota: gpus");
        server.Requests.Count(request => request.StartsWith("POST", StringComparison.Ordinal)).ShouldBe(1);
    }

    [Fact]
    public async Task Missing_rights_are_said_with_what_to_do()
    {
        await using FakeApiServer server = await FakeApiServer.OpenAsync();
        server.Refuses = _ => (403, "Forbidden", "jobs.batch is forbidden: User \"daprhep:trainer\" cannot list resource \"jobs\"");
        await using Launch launch = Launch.Begin(server);

        KubernetesException refused = await launch.FailureAsync<KubernetesException>();
        refused.Message.ShouldContain("cannot list resource");
        refused.Message.ShouldEndWith("give the service account the role of infra/k8s/base/trainer");
    }

    [Fact]
    public async Task A_wrong_token_is_said_and_no_token_is_in_the_message()
    {
        await using FakeApiServer server = await FakeApiServer.OpenAsync();
        server.Rotate("secret-token-2", isWritten: false);
        await using Launch launch = Launch.Begin(server);

        KubernetesException refused = await launch.FailureAsync<KubernetesException>();
        refused.Status.ShouldBe(HttpStatusCode.Unauthorized);
        refused.Message.ShouldContain("is not, or no longer, valid");
        refused.ToString().ShouldNotContain("token-1");
        refused.ToString().ShouldNotContain("secret-token-2");
    }

    [Fact]
    public async Task A_new_token_is_taken_up_also_when_the_old_one_ends_before_it_is_written()
    {
        await using FakeApiServer server = await FakeApiServer.OpenAsync();
        await using Launch launch = await Launch.BeginRunningAsync(server, fakeTime: true);
        server.Rotate("token-2", isWritten: false);
        server.BreakStreams();
        int watches = launch.Watches("/jobs");
        await launch.UntilAsync(() => launch.Watches("/jobs") > watches);
        server.WriteToken();

        await launch.UntilAsync(() => launch.Watches("/pods") > 1);
        await SucceedAsync(launch);
    }

    [Fact]
    public async Task A_server_that_just_started_and_answers_403_for_a_moment_is_not_believed()
    {
        await using FakeApiServer server = await FakeApiServer.OpenAsync();
        await using Launch launch = await Launch.BeginRunningAsync(server, fakeTime: true);
        int refusals = 0;
        server.Refuses = _ => ++refusals <= 4
            ? (403, "Forbidden", "pods is forbidden: User \"trainer\" cannot list resource \"pods\"")
            : null;
        server.BreakStreams();
        await launch.UntilAsync(() => refusals > 4);
        await SucceedAsync(launch);
    }

    [Fact]
    public async Task A_server_that_is_away_for_30_seconds_disturbs_nothing_and_what_happened_meanwhile_is_seen()
    {
        await using FakeApiServer server = await FakeApiServer.OpenAsync();
        await using Launch launch = await Launch.BeginRunningAsync(server, fakeTime: true);
        await server.KillAsync();
        await launch.AdvanceAsync(15);
        for (int i = 0; i < 3; i++)
            launch.Cluster.Exit(i, 0);
        await launch.AdvanceAsync(15);
        launch.Attempt.IsCompleted.ShouldBeFalse();
        await server.StartAsync();
        await launch.EndAsync();
    }

    [Fact]
    public async Task A_server_that_stays_away_ends_the_attempt_after_ten_minutes_as_one_that_may_go_better()
    {
        await using FakeApiServer server = await FakeApiServer.OpenAsync();
        await using Launch launch = await Launch.BeginRunningAsync(server, fakeTime: true);
        await server.KillAsync();
        await launch.AdvanceAsync(300, step: 5);
        launch.Attempt.IsCompleted.ShouldBeFalse();
        (await launch.FailureAsync<KubernetesException>(step: 5)).IsUnreachable.ShouldBeTrue();
    }

    [Fact]
    public async Task A_rank_that_is_lost_while_the_server_is_away_is_found_by_its_absence()
    {
        await using FakeApiServer server = await FakeApiServer.OpenAsync();
        await using Launch launch = await Launch.BeginRunningAsync(server, fakeTime: true);
        await server.KillAsync();
        launch.Cluster.DeleteJob(FakeCluster.NameOf(launch.Cluster.Job), orphans: false);
        launch.Cluster.Compact();
        await launch.AdvanceAsync(5);
        await server.StartAsync();
        (await launch.FailureAsync<RankFailedException>()).IsLost.ShouldBeTrue();
    }

    [Fact]
    public async Task Watches_that_end_or_break_go_on_from_the_version_last_seen()
    {
        await using FakeApiServer server = await FakeApiServer.OpenAsync();
        await using Launch launch = await Launch.BeginRunningAsync(server, fakeTime: true);
        int lists = Lists(server);
        for (int i = 0; i < 3; i++)
        {
            int watches = launch.Watches("/pods");
            // So that each stream has said something.
            launch.Cluster.Start(launch.Cluster.PodOf(i));
            await launch.AdvanceAsync(1);
            if (i == 1)
                server.BreakStreams();
            else
                server.Cluster.EndWatches();
            await launch.UntilAsync(() => launch.Watches("/pods") > watches);
        }
        Lists(server).ShouldBe(lists);
        await SucceedAsync(launch);
    }

    [Fact]
    public async Task A_stream_whose_other_end_is_gone_is_given_up_when_its_end_is_overdue()
    {
        await using FakeApiServer server = await FakeApiServer.OpenAsync();
        await using Launch launch = await Launch.BeginRunningAsync(server, fakeTime: true);
        int watches = launch.Watches("/pods");
        server.Cluster.Deafen();
        launch.Cluster.Exit(1, 137);
        await launch.AdvanceAsync(30);
        launch.Watches("/pods").ShouldBe(watches);
        (await launch.FailureAsync<RankFailedException>(step: 0.5)).Rank.ShouldBe(1);
        server.Requests.Where(request => request.Contains("watch=1", StringComparison.Ordinal))
            .ShouldAllBe(request => request.Contains("timeoutSeconds=60", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_version_that_the_server_has_forgotten_is_followed_by_a_fresh_list()
    {
        await using FakeApiServer server = await FakeApiServer.OpenAsync();
        await using Launch launch = await Launch.BeginRunningAsync(server, fakeTime: true);
        int lists = Lists(server);
        server.Cluster.Compact();
        server.BreakStreams();
        await launch.UntilAsync(() => Lists(server) > lists);
        await SucceedAsync(launch);
    }

    [Fact]
    public async Task A_job_that_was_complete_before_it_was_deleted_has_succeeded()
    {
        await using FakeApiServer server = await FakeApiServer.OpenAsync();
        await using Launch launch = await Launch.BeginRunningAsync(server, fakeTime: true);
        await server.KillAsync();
        string job = FakeCluster.NameOf(launch.Cluster.Job);
        for (int i = 0; i < 3; i++)
            launch.Cluster.Exit(i, 0);
        launch.Cluster.Expire(job);
        await server.StartAsync();
        await launch.EndAsync();
    }

    [Fact]
    public async Task A_create_whose_answer_is_lost_is_repeated_and_finds_its_own_job()
    {
        await using FakeApiServer server = await FakeApiServer.OpenAsync();
        int failures = 0;
        server.Refuses = request =>
        {
            if (request.Method == "POST" && request.Path.Value!.EndsWith("/jobs", StringComparison.Ordinal) && failures++ == 0)
            {
                using var reader = new StreamReader(request.Body);
                server.Cluster.CreateJob(System.Text.Json.Nodes.JsonNode.Parse(reader.ReadToEndAsync().Result)!.AsObject());
                return (504, "Timeout", "Timeout: request did not complete within the allotted timeout");
            }
            return null;
        };
        await using Launch launch = Launch.Begin(server);
        await launch.UntilAsync(() => launch.Cluster.All("services").Count == 1);
        launch.Cluster.All("jobs").Count.ShouldBe(1);
        await SucceedAsync(launch);
    }

    [Fact]
    public async Task An_attempt_goes_on_without_the_right_to_read_logs_and_says_so()
    {
        await using FakeApiServer server = await FakeApiServer.OpenAsync();
        server.Refuses = request => request.Path.Value!.EndsWith("/log", StringComparison.Ordinal)
            ? (403, "Forbidden", "pods \"x\" is forbidden: User \"trainer\" cannot get resource \"pods/log\"")
            : null;
        await using Launch launch = await Launch.BeginRunningAsync(server);
        await launch.UntilAsync(() => launch.Says("The output of rank 0 cannot be read"));
        await SucceedAsync(launch);
    }

    private static int Lists(FakeApiServer server) => server.Requests.Count(request =>
        request.Contains("/pods?labelSelector=batch.kubernetes.io", StringComparison.Ordinal)
        && !request.Contains("watch=1", StringComparison.Ordinal));

    private static async Task SucceedAsync(Launch launch)
    {
        for (int i = 0; i < 3; i++)
            launch.Cluster.Exit(i, 0);
        await launch.EndAsync();
    }
}
