using System.Collections.Concurrent;
using Dapr.Workflow.Grpc;
using Dapr.Workflow;
using DaprHep.WorkflowProtocol;
using Grpc.Core;

namespace DaprHep.DevSidecar.Tests;

public class DeliveryTests
{

    [Fact]
    public async Task A_restarted_sidecar_goes_on_with_timers_activities_and_waits()
    {
        await using var stack = await LocalStack.StartAsync("app");
        var runs = 0;
        await stack.AddWorkerAsync("app", o =>
        {
            o.RegisterActivity<int, int>("slow", async (_, ms) =>
            {
                Interlocked.Increment(ref runs);
                await Task.Delay(ms);
                return ms;
            });
            o.RegisterWorkflow<int, string>("w", async (c, _) =>
            {
                var slow = c.CallActivityAsync<int>("slow", 700);
                await c.CreateTimer(TimeSpan.FromMilliseconds(400));
                return $"{await slow} {await c.WaitForExternalEventAsync<string>("go")}";
            });
        });
        using var client = stack.Client("app");
        await client.ScheduleNewWorkflowAsync("w", "r", 0);
        await Task.Delay(150);
        await stack.RestartSidecarAsync(TimeSpan.FromMilliseconds(300));
        using var limit = new CancellationTokenSource(Patience.Limit);
        await client.RaiseEventAsync("r", "go", "on", limit.Token);
        (await client.WaitForWorkflowCompletionAsync("r", cancellation: limit.Token)).ReadOutputAs<string>().ShouldBe("700 on");
        runs.ShouldBeInRange(1, 2);
    }

    [Fact]
    public async Task Work_of_a_lost_worker_goes_to_another_replica()
    {
        await using var stack = await LocalStack.StartAsync("app", "app");
        var began = new ConcurrentBag<string>();
        void Register(WorkflowRuntimeOptions o, string replica)
        {
            o.RegisterActivity<int, string>("who", async (_, ms) =>
            {
                began.Add(replica);
                await Task.Delay(replica == "doomed" ? 60_000 : ms);
                return replica;
            });
            o.RegisterWorkflow<int, string[]>("w", (c, n) =>
                Task.WhenAll(Enumerable.Range(0, n).Select(_ => c.CallActivityAsync<string>("who", 5))));
        }

        await stack.AddWorkerAsync("app", o => Register(o, "good"));
        var doomed = await stack.AddWorkerAsync("app", o => Register(o, "doomed"), replica: 1);
        using var client = stack.Client("app");
        await WaitUntil(() => stack.Sidecar.ConnectedWorkers("app") == 2);
        await client.ScheduleNewWorkflowAsync("w", "x", 10);
        await WaitUntil(() => began.Count(r => r == "doomed") >= 4);
        await doomed.StopAsync();
        using var limit = new CancellationTokenSource(Patience.Limit);
        var state = await client.WaitForWorkflowCompletionAsync("x", cancellation: limit.Token);
        state.ReadOutputAs<string[]>().ShouldBe(Enumerable.Repeat("good", 10));
        began.Count(r => r == "doomed").ShouldBeInRange(4, 6);
    }

    [Fact]
    public async Task The_late_answer_of_a_lost_worker_counts_and_the_second_one_is_dropped()
    {
        await using var stack = await LocalStack.StartAsync("app");
        using var channel = new SidecarChannel(new Uri($"http://127.0.0.1:{stack.Sidecar.Node("app").GrpcPort}"), null);
        using var limit = new CancellationTokenSource(Patience.Limit);
        var first = new RawWorker(channel, limit.Token);
        await first.OpenedAsync();
        var start = channel.CallAsync(SidecarMethod.StartInstance, new CreateInstanceRequest { InstanceId = "l", Name = "w" },
            CreateInstanceResponse.Parser, null, limit.Token);
        var turn = (await first.NextAsync()).WorkflowRequest;
        await Answer(turn, new WorkflowAction { Id = 0, ScheduleTask = new ScheduleTaskAction { Name = "a" } });
        await start;
        var lost = (await first.NextAsync()).ActivityRequest;
        first.Close();
        var second = new RawWorker(channel, limit.Token);
        var again = (await second.NextAsync()).ActivityRequest;
        again.ShouldBe(lost);
        await Complete(lost, "\"late\"");
        await Complete(again, "\"second\"");
        var next = (await second.NextAsync()).WorkflowRequest;
        next.NewEvents.Count.ShouldBe(2);
        next.NewEvents[1].TaskCompleted.Result.ShouldBe("\"late\"");
        await Answer(next, new WorkflowAction { Id = 1,
            CompleteWorkflow = new CompleteWorkflowAction { WorkflowStatus = OrchestrationStatus.Completed } });

        Task Complete(ActivityRequest request, string result) => channel.CallAsync(
            SidecarMethod.CompleteActivityTask, new ActivityResponse { InstanceId = "l", TaskId = request.TaskId,
                Result = result }, CompleteTaskResponse.Parser, null, limit.Token);
        Task Answer(WorkflowRequest request, WorkflowAction action) => channel.CallAsync(
            SidecarMethod.CompleteWorkflowTask, new WorkflowResponse { InstanceId = request.InstanceId,
                Actions = { action } }, CompleteTaskResponse.Parser, null, limit.Token);
    }

    [Fact]
    public async Task An_answer_the_runtime_would_crash_on_is_refused_and_fails_the_instance()
    {
        await using var stack = await LocalStack.StartAsync("app");
        using var channel = new SidecarChannel(new Uri($"http://127.0.0.1:{stack.Sidecar.Node("app").GrpcPort}"), null);
        using var limit = new CancellationTokenSource(Patience.Limit);
        var worker = new RawWorker(channel, limit.Token);
        await worker.OpenedAsync();
        var start = channel.CallAsync(SidecarMethod.StartInstance, new CreateInstanceRequest { InstanceId = "n", Name = "w" },
            CreateInstanceResponse.Parser, null, limit.Token);
        await worker.NextAsync();
        var refused = await Should.ThrowAsync<RpcException>(channel.CallAsync(
            SidecarMethod.CompleteWorkflowTask, new WorkflowResponse { InstanceId = "n",
                Actions = { new WorkflowAction { Id = 7 } } }, CompleteTaskResponse.Parser, null, limit.Token));
        refused.Status.Detail.ShouldBe("action 7 has no type");
        await start;
        using var client = stack.Client("app");
        (await client.WaitForWorkflowCompletionAsync("n",
            cancellation: limit.Token)).FailureDetails!.ErrorMessage.ShouldBe("action 7 has no type");
    }

    [Fact]
    public async Task A_wrong_token_is_refused_and_the_right_one_taken()
    {
        await using var sidecar = await Sidecar.StartAsync(new SidecarOptions { JournalPath = LocalStack.NewJournal(),
            Nodes = [new NodeOptions("app")], ApiToken = "secret" });
        var endpoint = new Uri($"http://127.0.0.1:{sidecar.Node("app").GrpcPort}");
        foreach (var token in new[] { null, "wrong" })
        {
            using var channel = new SidecarChannel(endpoint, token);
            var refused = await Should.ThrowAsync<RpcException>(channel.CallAsync(
                SidecarMethod.GetInstance, new GetInstanceRequest { InstanceId = "x" }, GetInstanceResponse.Parser, null, default));
            refused.Status.ShouldBe(new Status(StatusCode.Unauthenticated, "Unauthorized"));
        }

        using var right = new SidecarChannel(endpoint, "secret");
        (await right.CallAsync(SidecarMethod.GetInstance, new GetInstanceRequest { InstanceId = "x" }, GetInstanceResponse.Parser, null,
            default)).Exists.ShouldBeFalse();
    }

    private static async Task WaitUntil(Func<bool> condition)
    {
        using var limit = new CancellationTokenSource(Patience.Limit);
        while (!condition())
            await Task.Delay(10, limit.Token);
    }
}
