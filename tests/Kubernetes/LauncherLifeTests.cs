using System.Text.Json.Nodes;
using DaprHep.Learning.Distributed;
using DaprHep.Learning.Distributed.Kubernetes;

namespace DaprHep.Kubernetes.Tests;

/// <summary>What the launcher asks of a cluster, and what becomes of attempts there.</summary>
public sealed class LauncherLifeTests
{
    [Fact]
    public async Task An_attempt_is_an_indexed_job_with_a_service_of_its_own_and_ends_when_all_ranks_have()
    {
        await using FakeApiServer server = await FakeApiServer.OpenAsync();
        await using Launch launch = Launch.Begin(server, launcher: new LauncherPod("trainer-0", "11-22"));
        await launch.UntilAsync(() => launch.Cluster.All("services").Count == 1);

        JsonObject job = launch.Cluster.Job;
        string name = FakeCluster.NameOf(job);
        JsonNode spec = job["spec"]!;
        ((string?)spec["completionMode"]).ShouldBe("Indexed");
        ((int?)spec["completions"]).ShouldBe(3);
        ((int?)spec["parallelism"]).ShouldBe(3);
        ((int?)spec["backoffLimitPerIndex"]).ShouldBe(0);
        ((int?)spec["maxFailedIndexes"]).ShouldBe(0);
        ((int?)spec["ttlSecondsAfterFinished"]).ShouldBe(600);
        spec["suspend"].ShouldBeNull();
        spec["podFailurePolicy"]!["rules"]!.AsArray().Select(rule => (string?)rule!["action"]).ShouldBe(["FailJob", "FailJob"]);
        ((string?)job["metadata"]!["ownerReferences"]![0]!["uid"]).ShouldBe("11-22");

        JsonNode pod = spec["template"]!["spec"]!;
        ((string?)pod["subdomain"]).ShouldBe(name);
        ((string?)pod["restartPolicy"]).ShouldBe("Never");
        JsonNode rank = pod["containers"]!.AsArray().ShouldHaveSingleItem()!;
        ((string?)rank["image"]).ShouldBe("daprhep/trainer:1.0");
        rank["args"]!.AsArray().Select(argument => (string?)argument).ShouldBe(["rank", "job", "{\"run\":\"r\"}"]);
        Dictionary<string, JsonNode> variables = rank["env"]!.AsArray().ToDictionary(one => (string)one!["name"]!, one => one!);
        ((string?)variables["DAPRHEP_RANK_HOST"]["value"]).ShouldBe($"{name}-0.{name}");
        ((string?)variables["DAPRHEP_RANKS"]["value"]).ShouldBe("3");
        ((string?)variables["DAPRHEP_RANK_KEEPER"]["value"]).ShouldBe("rank0");
        ((string?)variables["DAPRHEP_RANK_JOIN_SECONDS"]["value"]).ShouldBe("960");
        ((string?)variables["DAPRHEP_RANK"]["valueFrom"]!["fieldRef"]!["fieldPath"])
            .ShouldBe("metadata.labels['batch.kubernetes.io/job-completion-index']");
        ((string?)variables["DAPRHEP_RANK_ADDRESS"]["valueFrom"]!["fieldRef"]!["fieldPath"]).ShouldBe("status.podIP");
        pod["volumes"]!.AsArray().ShouldContain(volume => (string?)volume!["emptyDir"]!["medium"] == "Memory");
        rank["volumeMounts"]!.AsArray().Count(mount => (string?)mount!["mountPath"] == "/dev/shm").ShouldBe(1);

        JsonObject service = launch.Cluster.All("services")[0];
        FakeCluster.NameOf(service).ShouldBe(name);
        ((string?)service["spec"]!["clusterIP"]).ShouldBe("None");
        ((bool?)service["spec"]!["publishNotReadyAddresses"]).ShouldBe(true);
        ((string?)service["metadata"]!["ownerReferences"]![0]!["uid"]).ShouldBe((string?)job["metadata"]!["uid"]);

        for (int i = 0; i < 3; i++)
            launch.Cluster.Exit(i, 0);
        await launch.EndAsync();
        // It is left to its time to live, so that its logs can be read.
        launch.Cluster.All("jobs").Count.ShouldBe(1);
        server.Requests.ShouldNotContain(request => request.StartsWith("DELETE", StringComparison.Ordinal));
    }

    [Fact]
    public async Task What_rank_0_writes_comes_once_though_the_stream_breaks()
    {
        await using FakeApiServer server = await FakeApiServer.OpenAsync();
        await using Launch launch = await Launch.BeginRunningAsync(server);
        launch.Cluster.Write("{\"epoch\":1}");
        launch.Cluster.Write("hello");
        await launch.UntilAsync(() => launch.Output.Contains("hello"));
        server.BreakStreams();
        launch.Cluster.Write("{\"epoch\":2}");
        await launch.UntilAsync(() => launch.Output.Contains("{\"epoch\":2}"));
        launch.Cluster.Write("the end");
        for (int i = 0; i < 3; i++)
            launch.Cluster.Exit(i, 0);
        await launch.EndAsync();

        launch.Output.Where(line => !line.StartsWith("Job ", StringComparison.Ordinal))
            .ShouldBe(["{\"epoch\":1}", "hello", "{\"epoch\":2}", "the end"]);
    }

    [Theory]
    [InlineData(137, true, false, "Rank 1 of 3 was ended by signal 9 (OOMKilled), pod ")]
    [InlineData(4, false, false, "Rank 1 of 3 ended with exit code 4, pod ")]
    [InlineData(3, false, true, "Rank 1 of 3 ended with exit code 3, pod ")]
    public async Task A_rank_that_ends_badly_ends_the_attempt_with_its_last_words_and_nothing_is_left(
        int exitCode, bool isLost, bool isBadInput, string message)
    {
        await using FakeApiServer server = await FakeApiServer.OpenAsync();
        await using Launch launch = await Launch.BeginRunningAsync(server);
        launch.Cluster.Exit(1, exitCode, "{\"progress\":{}}\nthe last words\n");

        RankFailedException failure = await launch.FailureAsync<RankFailedException>();
        failure.Rank.ShouldBe(1);
        failure.ExitCode.ShouldBe(exitCode);
        failure.Errors.ShouldBe("the last words");
        failure.Message.ShouldStartWith(message);
        failure.Message.ShouldEndWith(": the last words");
        failure.IsLost.ShouldBe(isLost);
        failure.IsBadInput.ShouldBe(isBadInput);
        launch.Cluster.All("jobs").ShouldBeEmpty();
        launch.Cluster.All("services").ShouldBeEmpty();
    }

    [Fact]
    public async Task The_first_to_end_is_not_to_blame_when_it_only_noticed_the_loss_of_another()
    {
        await using FakeApiServer server = await FakeApiServer.OpenAsync();
        await using Launch launch = await Launch.BeginRunningAsync(server);
        launch.Cluster.Exit(2, 5, "Rank 1 of 3 is lost: it gives no sign of life", isNoticed: false);
        await Task.Delay(200);
        launch.Cluster.Exit(1, 137);

        RankFailedException failure = await launch.FailureAsync<RankFailedException>();
        failure.Rank.ShouldBe(1);
        failure.IsLost.ShouldBeTrue();
    }

    [Fact]
    public async Task A_pod_that_the_cluster_takes_away_is_a_lost_rank()
    {
        await using FakeApiServer server = await FakeApiServer.OpenAsync();
        await using Launch launch = await Launch.BeginRunningAsync(server);
        launch.Cluster.Evict(2);

        RankFailedException failure = await launch.FailureAsync<RankFailedException>();
        failure.Rank.ShouldBe(2);
        failure.IsLost.ShouldBeTrue();
        failure.Message.ShouldContain("was taken away by the cluster (EvictionByEvictionAPI: Eviction API: evicting)");
        launch.Cluster.All("jobs").ShouldBeEmpty();
    }

    [Fact]
    public async Task A_lost_node_ends_the_attempt_though_its_pod_stays_for_ever_and_the_next_one_goes_on_beside_it()
    {
        await using FakeApiServer server = await FakeApiServer.OpenAsync();
        await using Launch launch = await Launch.BeginRunningAsync(server, fakeTime: true);
        string first = FakeCluster.NameOf(launch.Cluster.Job);
        launch.Cluster.KeepsPods = true;
        launch.Cluster.LoseNode(1);

        RankFailedException failure = await launch.FailureAsync<RankFailedException>(step: 0.5);
        failure.Rank.ShouldBe(1);
        failure.IsLost.ShouldBeTrue();
        failure.Message.ShouldContain("gives no sign of life");
        launch.Cluster.All("jobs").ShouldBeEmpty();
        launch.Output.ShouldContain(line => line.StartsWith("Pods do not end, as on a lost node: ", StringComparison.Ordinal));

        await using Launch next = Launch.Begin(server, fakeTime: true);
        await next.UntilAsync(() => next.Cluster.All("jobs").Count == 1);
        FakeCluster.NameOf(next.Cluster.Job).ShouldNotBe(first);
    }

    [Fact]
    public async Task A_cancelled_attempt_is_deleted_with_its_pods()
    {
        await using FakeApiServer server = await FakeApiServer.OpenAsync();
        await using Launch launch = await Launch.BeginRunningAsync(server);
        launch.Cancel();
        await launch.FailureAsync<OperationCanceledException>();
        launch.Cluster.All("jobs").ShouldBeEmpty();
        launch.Cluster.All("pods").ShouldBeEmpty();
        launch.Cluster.All("services").ShouldBeEmpty();
    }

    [Fact]
    public async Task A_cancelled_attempt_whose_ranks_have_long_for_a_last_checkpoint_ends_when_they_have()
    {
        string template = (await File.ReadAllTextAsync(Launch.TemplatePath)).Replace(
            "terminationGracePeriodSeconds: 30", "terminationGracePeriodSeconds: 600", StringComparison.Ordinal);
        await using FakeApiServer server = await FakeApiServer.OpenAsync();
        await using Launch launch = Launch.Begin(server, fakeTime: true, template);
        await launch.UntilAsync(() => launch.Cluster.All("services").Count == 1 && launch.IsWatched);
        launch.Cluster.KeepsPods = true;
        launch.Cancel();
        await launch.UntilAsync(() => launch.Cluster.All("jobs").Count == 0);
        await launch.AdvanceAsync(300);
        launch.Attempt.IsCompleted.ShouldBeFalse();
        for (int i = 0; i < 3; i++)
            launch.Cluster.Exit(i, 130);
        await launch.FailureAsync<OperationCanceledException>();
    }

    [Fact]
    public async Task What_a_dead_launcher_has_left_is_ended_before_the_next_attempt_begins()
    {
        await using FakeApiServer server = await FakeApiServer.OpenAsync();
        await using Launch dead = await Launch.BeginRunningAsync(server);
        string first = FakeCluster.NameOf(server.Cluster.Job);

        await using Launch next = Launch.Begin(server);
        await next.UntilAsync(() => next.Cluster.All("jobs") is [var job] && FakeCluster.NameOf(job) != first);
        next.Cluster.All("pods").ShouldAllBe(pod => !FakeCluster.NameOf(pod).StartsWith(first, StringComparison.Ordinal));
        (await dead.FailureAsync<RankFailedException>()).IsLost.ShouldBeTrue();
    }

    [Fact]
    public async Task A_job_that_somebody_deletes_is_a_lost_attempt()
    {
        await using FakeApiServer server = await FakeApiServer.OpenAsync();
        await using Launch launch = await Launch.BeginRunningAsync(server);
        launch.Cluster.DeleteJob(FakeCluster.NameOf(launch.Cluster.Job), orphans: false);
        (await launch.FailureAsync<RankFailedException>()).IsLost.ShouldBeTrue();
    }

    [Fact]
    public async Task A_job_with_a_queue_is_created_suspended_and_waits_there_without_a_limit()
    {
        string template = (await File.ReadAllTextAsync(Launch.TemplatePath)).Replace(
            "metadata:\n  labels:\n", "metadata:\n  labels:\n    kueue.x-k8s.io/queue-name: gpu\n", StringComparison.Ordinal);
        await using FakeApiServer server = await FakeApiServer.OpenAsync();
        await using Launch launch = Launch.Begin(server, fakeTime: true, template, startSeconds: 60);
        await launch.UntilAsync(() => launch.Cluster.All("jobs").Count == 1 && launch.IsWatched);
        ((bool?)launch.Cluster.Job["spec"]!["suspend"]).ShouldBe(true);
        launch.Output.ShouldContain(line => line.EndsWith("waits in queue gpu", StringComparison.Ordinal));
        await launch.AdvanceAsync(120);
        launch.Attempt.IsCompleted.ShouldBeFalse();
        launch.Cluster.All("pods").ShouldBeEmpty();

        launch.Cluster.Admit(FakeCluster.NameOf(launch.Cluster.Job));
        for (int i = 0; i < 3; i++)
            launch.Cluster.Exit(i, 0);
        await launch.EndAsync();
    }
}
