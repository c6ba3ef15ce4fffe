using System.Collections.Concurrent;
using Dapr.Workflow;
using Grpc.Core;

namespace DaprHep.DevSidecar.Tests;

public class WorkflowTests
{

    private static void Sums(WorkflowRuntimeOptions o)
    {
        o.RegisterActivity<int, int>("add_one", (_, n) => Task.FromResult(n + 1));
        o.RegisterWorkflow<int, int>("five", async (c, n) =>
        {
            for (var i = 0; i < 5; i++)
                n = await c.CallActivityAsync<int>("add_one", n);
            return n;
        });
        o.RegisterWorkflow<int, int>("fan", async (c, n) =>
            (await Task.WhenAll(Enumerable.Range(0, n).Select(i => c.CallActivityAsync<int>("add_one", i)))).Sum());
    }

    private static async Task<WorkflowState> RunAsync(DaprWorkflowClient client, string name, object? input = null, string? id = null)
    {
        id = await client.ScheduleNewWorkflowAsync(name, id, input);
        using var limit = new CancellationTokenSource(Patience.Limit);
        return await client.WaitForWorkflowCompletionAsync(id, cancellation: limit.Token);
    }

    [Fact]
    public async Task A_chain_of_activities_runs_to_its_end()
    {
        await using var stack = await LocalStack.StartAsync("app");
        await stack.AddWorkerAsync("app", Sums);
        using var client = stack.Client("app");
        var state = await RunAsync(client, "five", 10, "chain");
        state.RuntimeStatus.ShouldBe(WorkflowRuntimeStatus.Completed);
        state.ReadOutputAs<int>().ShouldBe(15);
        state.ReadInputAs<int>().ShouldBe(10);
        state.WorkflowName.ShouldBe("five");
        state.LastUpdatedAt.ShouldBeGreaterThan(state.CreatedAt);
        (await client.GetInstanceHistoryAsync("chain")).Count.ShouldBe(2 + (5 * 3) + 1);
    }

    [Fact]
    public async Task A_fan_out_of_300_gives_every_result_once()
    {
        await using var stack = await LocalStack.StartAsync("app");
        await stack.AddWorkerAsync("app", Sums);
        using var client = stack.Client("app");
        (await RunAsync(client, "fan", 300)).ReadOutputAs<int>().ShouldBe(Enumerable.Range(1, 300).Sum());
    }

    [Fact]
    public async Task Activities_and_children_run_in_the_apps_they_are_sent_to()
    {
        await using var stack = await LocalStack.StartAsync("pipeline", "ingest", "trainer");
        foreach (var app in new[] { "ingest", "trainer" })
        {
            await stack.AddWorkerAsync(app, o =>
            {
                o.RegisterActivity<string, string>("where", (c, s) => Task.FromResult($"{app}:{s}:{c.InstanceId}"));
                o.RegisterWorkflow<string, string>("child", (c, s) => c.CallActivityAsync<string>("where", s));
            });
        }

        await stack.AddWorkerAsync("pipeline", o => o.RegisterWorkflow<string, string[]>("parent", async (c, s) =>
        [
            await c.CallActivityAsync<string>("where", s, new WorkflowTaskOptions(TargetAppId: "ingest")),
            await c.CallChildWorkflowAsync<string>("child", s, new ChildWorkflowTaskOptions("kid", TargetAppId: "trainer")),
        ]));
        using var client = stack.Client("pipeline");
        (await RunAsync(client, "parent", "x", "p")).ReadOutputAs<string[]>().ShouldBe(["ingest:x:p", "trainer:x:kid"]);

        // Ids are per app.
        (await client.GetWorkflowStateAsync("kid")).Exists.ShouldBeFalse();
        using var trainer = stack.Client("trainer");
        (await trainer.GetWorkflowStateAsync("kid")).IsWorkflowCompleted.ShouldBeTrue();
        (await client.PurgeInstanceAsync("p")).ShouldBeTrue();
        (await trainer.GetWorkflowStateAsync("kid")).Exists.ShouldBeFalse();
    }

    [Fact]
    public async Task Timers_events_status_and_continue_as_new_work_together()
    {
        await using var stack = await LocalStack.StartAsync("app");
        await stack.AddWorkerAsync("app", o => o.RegisterWorkflow<int, string>("w", async (c, round) =>
        {
            c.SetCustomStatus(new { round });
            await c.CreateTimer(TimeSpan.FromMilliseconds(50));
            var word = await c.WaitForExternalEventAsync<string>("word");
            if (round == 3)
                return word;
            c.ContinueAsNew(round + 1);
            return "";
        }));
        using var client = stack.Client("app");
        await client.ScheduleNewWorkflowAsync("w", "w1", 1);
        foreach (var word in new[] { "a", "b", "c" })
            await client.RaiseEventAsync("w1", "WORD", word);
        using var limit = new CancellationTokenSource(Patience.Limit);
        var state = await client.WaitForWorkflowCompletionAsync("w1", cancellation: limit.Token);
        state.ReadOutputAs<string>().ShouldBe("c");
        state.ReadInputAs<int>().ShouldBe(3);
        state.ReadCustomStatusAs<Dictionary<string, int>>().ShouldNotBeNull()["round"].ShouldBe(3);
    }

    [Fact]
    public async Task An_event_in_time_wins_over_its_timeout()
    {
        await using var stack = await LocalStack.StartAsync("app");
        await stack.AddWorkerAsync("app", o => o.RegisterWorkflow<int, string>("w", async (c, ms) =>
        {
            try
            {
                return await c.WaitForExternalEventAsync<string>("go", TimeSpan.FromMilliseconds(ms));
            }
            catch (TaskCanceledException)
            {
                return "late";
            }
        }));
        using var client = stack.Client("app");
        (await RunAsync(client, "w", 30)).ReadOutputAs<string>().ShouldBe("late");
        await client.ScheduleNewWorkflowAsync("w", "in-time", 20_000);
        await client.RaiseEventAsync("in-time", "go", "yes");
        using var limit = new CancellationTokenSource(Patience.Limit);
        (await client.WaitForWorkflowCompletionAsync("in-time", cancellation: limit.Token)).ReadOutputAs<string>().ShouldBe("yes");
    }

    [Fact]
    public async Task Retries_end_in_success_or_in_the_last_failure()
    {
        var attempts = new ConcurrentDictionary<string, int>();
        await using var stack = await LocalStack.StartAsync("app");
        await stack.AddWorkerAsync("app", o =>
        {
            o.RegisterActivity<int, int>("fail_until", (c, n) =>
            {
                var attempt = attempts.AddOrUpdate(c.InstanceId, 1, (_, a) => a + 1);
                return attempt >= n ? Task.FromResult(attempt) : throw new InvalidOperationException($"attempt {attempt}");
            });
            o.RegisterWorkflow<int, int>("w", (c, n) =>
                c.CallActivityAsync<int>("fail_until", n,
                    new WorkflowTaskOptions(new WorkflowRetryPolicy(3, TimeSpan.FromMilliseconds(20)))));
        });
        using var client = stack.Client("app");
        (await RunAsync(client, "w", 3)).ReadOutputAs<int>().ShouldBe(3);
        var failed = await RunAsync(client, "w", 9);
        failed.RuntimeStatus.ShouldBe(WorkflowRuntimeStatus.Failed);
        failed.FailureDetails!.ErrorType.ShouldBe("Dapr.Workflow.WorkflowTaskFailedException");
        failed.FailureDetails.ErrorMessage.ShouldBe("Task failed: attempt 3");
    }

    [Fact]
    public async Task Suspend_holds_everything_back_until_resume()
    {
        await using var stack = await LocalStack.StartAsync("app");
        await stack.AddWorkerAsync("app", o => o.RegisterWorkflow<int, string>("w", (c, _) => c.WaitForExternalEventAsync<string>("go")));
        using var client = stack.Client("app");
        await client.ScheduleNewWorkflowAsync("w", "s", 0);
        await client.SuspendWorkflowAsync("s", "lunch");
        (await client.GetWorkflowStateAsync("s")).RuntimeStatus.ShouldBe(WorkflowRuntimeStatus.Suspended);
        await client.RaiseEventAsync("s", "go", "x");
        (await client.GetWorkflowStateAsync("s")).IsWorkflowCompleted.ShouldBeFalse();
        await client.ResumeWorkflowAsync("s");
        using var limit = new CancellationTokenSource(Patience.Limit);
        (await client.WaitForWorkflowCompletionAsync("s", cancellation: limit.Token)).ReadOutputAs<string>().ShouldBe("x");
    }

    [Fact]
    public async Task Terminate_ends_a_workflow_and_its_children()
    {
        await using var stack = await LocalStack.StartAsync("app", "other");
        foreach (var app in new[] { "app", "other" })
        {
            await stack.AddWorkerAsync(app, o =>
            {
                o.RegisterWorkflow<int, string>("wait", (c, _) => c.WaitForExternalEventAsync<string>("never"));
                o.RegisterWorkflow<int, string>("parent", (c, _) =>
                    c.CallChildWorkflowAsync<string>("wait", 0, new ChildWorkflowTaskOptions("kid", TargetAppId: "other")));
            });
        }

        using var client = stack.Client("app");
        using var other = stack.Client("other");
        await client.ScheduleNewWorkflowAsync("parent", "p", 0);
        using var limit = new CancellationTokenSource(Patience.Limit);
        await other.WaitForWorkflowStartAsync("kid", cancellation: limit.Token);
        await client.TerminateWorkflowAsync("p", "bye");
        var ended = await client.GetWorkflowStateAsync("p");
        ended.RuntimeStatus.ShouldBe(WorkflowRuntimeStatus.Terminated);
        ended.ReadOutputAs<string>().ShouldBe("bye");
        (await other.WaitForWorkflowCompletionAsync("kid",
            cancellation: limit.Token)).RuntimeStatus.ShouldBe(WorkflowRuntimeStatus.Terminated);
    }

    [Fact]
    public async Task An_app_without_a_worker_holds_the_work_until_one_comes()
    {
        await using var stack = await LocalStack.StartAsync("app", "late");
        await stack.AddWorkerAsync("app", o =>
            o.RegisterWorkflow<int, int>("w", (c, n) =>
            c.CallActivityAsync<int>("add_one", n, new WorkflowTaskOptions(TargetAppId: "late"))));
        using var client = stack.Client("app");
        await client.ScheduleNewWorkflowAsync("w", "l", 1);
        await Task.Delay(100);
        (await client.GetWorkflowStateAsync("l")).IsWorkflowRunning.ShouldBeTrue();
        await stack.AddWorkerAsync("late", Sums);
        using var limit = new CancellationTokenSource(Patience.Limit);
        (await client.WaitForWorkflowCompletionAsync("l", cancellation: limit.Token)).ReadOutputAs<int>().ShouldBe(2);
    }

    [Fact]
    public async Task A_start_waits_for_a_worker_and_is_nothing_when_the_caller_gives_up()
    {
        await using var stack = await LocalStack.StartAsync("app");
        using var client = stack.Client("app");
        using var limit = new CancellationTokenSource(200);
        (await Should.ThrowAsync<RpcException>(client.ScheduleNewWorkflowAsync("five", "x", 1, (DateTimeOffset?)null,
            limit.Token))).StatusCode.ShouldBe(StatusCode.Cancelled);
        (await client.GetWorkflowStateAsync("x")).Exists.ShouldBeFalse();
        var start = client.ScheduleNewWorkflowAsync("five", "y", 1);
        await stack.AddWorkerAsync("app", Sums);
        (await start.WaitAsync(Patience.Limit)).ShouldBe("y");
    }

    [Fact]
    public async Task A_scheduled_workflow_is_pending_until_its_time()
    {
        await using var stack = await LocalStack.StartAsync("app");
        await stack.AddWorkerAsync("app", Sums);
        using var client = stack.Client("app");
        await client.ScheduleNewWorkflowAsync("five", "later", 1, DateTimeOffset.UtcNow.AddMilliseconds(600));
        (await client.GetWorkflowStateAsync("later")).RuntimeStatus.ShouldBe(WorkflowRuntimeStatus.Pending);
        using var limit = new CancellationTokenSource(Patience.Limit);
        (await client.WaitForWorkflowCompletionAsync("later", cancellation: limit.Token)).ReadOutputAs<int>().ShouldBe(6);
    }

    [Fact]
    public async Task Errors_have_the_runtimes_codes_and_texts()
    {
        await using var stack = await LocalStack.StartAsync("app");
        await stack.AddWorkerAsync("app", o =>
        {
            Sums(o);
            o.RegisterWorkflow<int, string>("wait", (c, _) => c.WaitForExternalEventAsync<string>("never"));
        });
        using var client = stack.Client("app");
        await client.ScheduleNewWorkflowAsync("wait", "w", 0);
        var twice = await Should.ThrowAsync<RpcException>(client.ScheduleNewWorkflowAsync("wait", "w", 0));
        twice.StatusCode.ShouldBe(StatusCode.AlreadyExists);
        twice.Status.Detail.ShouldBe("failed to create workflow instance: rpc error: code = AlreadyExists desc = an active workflow with ID 'w' already exists");
        (await Should.ThrowAsync<RpcException>(client.RaiseEventAsync("nobody", "x"))).Status.Detail.ShouldBe("no such instance exists");
        (await Should.ThrowAsync<RpcException>(client.PurgeInstanceAsync("w"))).Status.Detail.ShouldBe("failed to purge workflow state: orchestration has not yet completed");
        (await Should.ThrowAsync<RpcException>(client.TerminateWorkflowAsync("nobody"))).Status.Detail.ShouldBe("failed to submit termination request: no such instance exists");
        (await Should.ThrowAsync<RpcException>(client.GetInstanceHistoryAsync("nobody"))).StatusCode.ShouldBe(StatusCode.NotFound);
        (await Should.ThrowAsync<RpcException>(client.ScheduleNewWorkflowAsync("five", "x",
            new string('x', 5_000_000)))).StatusCode.ShouldBe(StatusCode.ResourceExhausted);
        (await RunAsync(client, "unknown", 1)).FailureDetails!.ErrorType.ShouldBe("WorkflowNotFound");
        using var nowhere = new Dapr.Workflow.Registration.DaprWorkflowClientBuilder().UseGrpcEndpoint("http://127.0.0.1:1").Build();
        (await Should.ThrowAsync<RpcException>(nowhere.GetWorkflowStateAsync("x"))).StatusCode.ShouldBe(StatusCode.Unavailable);
    }

    [Fact]
    public async Task An_ended_id_can_be_used_again_and_instances_are_listed_in_pages()
    {
        await using var stack = await LocalStack.StartAsync("app");
        await stack.AddWorkerAsync("app", Sums);
        using var client = stack.Client("app");
        (await RunAsync(client, "five", 1, "again")).ReadOutputAs<int>().ShouldBe(6);
        (await RunAsync(client, "five", 2, "again")).ReadOutputAs<int>().ShouldBe(7);
        for (var i = 0; i < 5; i++)
            await RunAsync(client, "five", i, $"id-{i}");
        var first = await client.ListInstanceIdsAsync(pageSize: 4);
        first.InstanceIds.ShouldBe(["again", "id-0", "id-1", "id-2"]);
        var rest = await client.ListInstanceIdsAsync(first.ContinuationToken, 4);
        rest.InstanceIds.ShouldBe(["id-3", "id-4"]);
        rest.ContinuationToken.ShouldBeNull();
    }

    [Fact]
    public async Task A_result_that_is_too_large_becomes_a_failure()
    {
        await using var stack = await LocalStack.StartAsync("app");
        await stack.AddWorkerAsync("app", o =>
        {
            o.RegisterActivity<int, string>("big", (_, n) => Task.FromResult(new string('x', n)));
            o.RegisterWorkflow<int, int>("w", async (c, n) => (await c.CallActivityAsync<string>("big", n)).Length);
        });
        using var client = stack.Client("app");
        (await RunAsync(client, "w", 3_900_000)).ReadOutputAs<int>().ShouldBe(3_900_000);
        (await RunAsync(client, "w", 4_500_000)).FailureDetails!.ErrorMessage.ShouldContain("4500002 characters");
    }
}
