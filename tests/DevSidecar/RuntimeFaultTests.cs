using Dapr.Workflow;
using Dapr.Workflow.Grpc;
using DaprHep.WorkflowProtocol;
using Grpc.Core;

namespace DaprHep.DevSidecar.Tests;

/// <summary>What the sidecar does where the real runtime crashes, repeats for ever or blocks: the scenarios that are not played.</summary>
public class RuntimeFaultTests
{

    public static TheoryData<string, WorkflowAction> Impossible() => new()
    {
        { "action 1 has no type", new WorkflowAction { Id = 1 } },
        {
            "action 1 sends an event, which the runtime cannot do",
            new WorkflowAction { Id = 1, SendEvent = new SendEventAction { Name = "Hi" } }
        },
        {
            "action 1 creates a detached workflow, which the runtime cannot do",
            new WorkflowAction { Id = 1, CreateDetachedWorkflow = new CreateDetachedWorkflowAction { InstanceId = "d", Name = "det" } }
        },
    };

    [Theory]
    [MemberData(nameof(Impossible), DisableDiscoveryEnumeration = true)]
    public async Task An_action_that_the_runtime_cannot_do_is_refused_and_fails_the_instance(string reason, WorkflowAction action)
    {
        await using var stack = await LocalStack.StartAsync("app");
        using var channel = new SidecarChannel(new Uri($"http://127.0.0.1:{stack.Sidecar.Node("app").GrpcPort}"), null);
        using var limit = new CancellationTokenSource(Patience.Limit);
        var worker = new RawWorker(channel, limit.Token);
        await worker.OpenedAsync();
        var start = channel.CallAsync(SidecarMethod.StartInstance, new CreateInstanceRequest { InstanceId = "i", Name = "raw" },
            CreateInstanceResponse.Parser, null, limit.Token);
        (await worker.NextAsync()).WorkflowRequest.InstanceId.ShouldBe("i");

        var refusal = await Should.ThrowAsync<RpcException>(channel.CallAsync(SidecarMethod.CompleteWorkflowTask,
            new WorkflowResponse { InstanceId = "i", Actions = { action } }, CompleteTaskResponse.Parser, null, limit.Token));
        (refusal.StatusCode, refusal.Status.Detail).ShouldBe((StatusCode.InvalidArgument, reason));
        await start;
        using var client = stack.Client("app");
        var state = await client.WaitForWorkflowCompletionAsync("i", cancellation: limit.Token);
        state.RuntimeStatus.ShouldBe(WorkflowRuntimeStatus.Failed);
        state.FailureDetails!.ErrorMessage.ShouldBe(reason);
    }

    [Fact]
    public async Task Purging_what_does_not_exist_is_refused_even_when_forced()
    {
        await using var stack = await LocalStack.StartAsync("app");
        using var channel = new SidecarChannel(new Uri($"http://127.0.0.1:{stack.Sidecar.Node("app").GrpcPort}"), null);
        using var limit = new CancellationTokenSource(Patience.Limit);
        var refusal = await Should.ThrowAsync<RpcException>(channel.CallAsync(SidecarMethod.PurgeInstances,
            new PurgeInstancesRequest { InstanceId = "nobody", Force = true }, PurgeInstancesResponse.Parser, null, limit.Token));
        refusal.Status.Detail.ShouldBe("failed to purge workflow state: no such instance exists");
    }

    [Fact]
    public async Task An_app_that_never_comes_holds_up_neither_timers_nor_termination()
    {
        await using var stack = await LocalStack.StartAsync("app");
        await stack.AddWorkerAsync("app", o =>
        {
            o.RegisterActivity<int, int>("noop", (_, n) => Task.FromResult(n));
            o.RegisterWorkflow<int, string>("race", async (c, _) =>
            {
                var absent = c.CallActivityAsync<int>("noop", 1, new WorkflowTaskOptions(TargetAppId: "no-such-app"));
                var timer = c.CreateTimer(TimeSpan.FromMilliseconds(100));
                var first = await Task.WhenAny(absent, timer);
                await c.CallActivityAsync<int>("noop", 2);
                return first == timer ? "timer" : "activity";
            });
            o.RegisterWorkflow<int, int>("stuck", (c, n) =>
                c.CallActivityAsync<int>("noop", n, new WorkflowTaskOptions(TargetAppId: "no-such-app")));
        });
        using var client = stack.Client("app");
        using var limit = new CancellationTokenSource(Patience.Limit);
        await client.ScheduleNewWorkflowAsync("race", "race", 0);
        (await client.WaitForWorkflowCompletionAsync("race", cancellation: limit.Token)).ReadOutputAs<string>().ShouldBe("timer");
        await client.ScheduleNewWorkflowAsync("stuck", "stuck", 0);
        await client.TerminateWorkflowAsync("stuck", "enough", limit.Token);
        (await client.WaitForWorkflowCompletionAsync("stuck", cancellation: limit.Token))
            .RuntimeStatus.ShouldBe(WorkflowRuntimeStatus.Terminated);
    }

    [Fact]
    public async Task Calls_between_apps_need_no_policy()
    {
        await using var stack = await LocalStack.StartAsync("pipeline", "ingest");
        await stack.AddWorkerAsync("ingest", o => o.RegisterActivity<int, string>("whoami", (_, _) => Task.FromResult("ingest")));
        await stack.AddWorkerAsync("pipeline", o => o.RegisterWorkflow<int, string>("call", (c, n) =>
            c.CallActivityAsync<string>("whoami", n, new WorkflowTaskOptions(TargetAppId: "ingest"))));
        using var client = stack.Client("pipeline");
        using var limit = new CancellationTokenSource(Patience.Limit);
        await client.ScheduleNewWorkflowAsync("call", "c", 0);
        (await client.WaitForWorkflowCompletionAsync("c", cancellation: limit.Token)).ReadOutputAs<string>().ShouldBe("ingest");
    }
}
