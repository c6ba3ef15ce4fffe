using System.Collections.Concurrent;
using Dapr.Workflow;
using Dapr.Workflow.Registration;
using DaprHep.Hosting;
using DaprHep.Hosting.Jobs;
using DaprHep.Hosting.Runs;

namespace DaprHep.Jobs.Tests;

/// <summary>A workflow that has a job done, whatever becomes of the processes and messages between.</summary>
public sealed class JobWorkflowTests : IAsyncLifetime
{
    private JobStack _stack = null!;

    public async ValueTask InitializeAsync() => _stack = await JobStack.StartAsync();

    public ValueTask DisposeAsync() => _stack.DisposeAsync();

    [Fact]
    public async Task The_end_of_a_job_wakes_its_workflow()
    {
        await _stack.AddPipelineAsync();
        await _stack.AddServiceAsync(0, (input, context) => Task.FromResult(input.Length + context.Attempt));
        string workflow = await _stack.StartWorkflowAsync("abc");
        WorkflowState state = await _stack.EndOfAsync(workflow);
        state.ReadOutputAs<int>().ShouldBe(4);
        var history = await _stack.Workflows.GetInstanceHistoryAsync(workflow);
        history.ShouldContain(e => e.EventType.ToString() == "EventRaised");
    }

    [Fact]
    public async Task A_notice_that_is_lost_costs_seconds_and_nothing_else()
    {
        await _stack.AddPipelineAsync(hears: false);
        await _stack.AddServiceAsync(0, (_, context) => Task.FromResult(context.Attempt));
        (await _stack.EndOfAsync(await _stack.StartWorkflowAsync(""))).ReadOutputAs<int>().ShouldBe(1);
    }

    [Fact]
    public async Task A_workflow_that_looks_for_long_begins_a_new_history_and_keeps_its_job()
    {
        await _stack.AddPipelineAsync();
        var begun = new TaskCompletionSource<string>();
        var done = new TaskCompletionSource<int>();
        int attempts = 0;
        JobService service = await _stack.AddServiceAsync(0, (_, context) =>
        {
            Interlocked.Increment(ref attempts);
            begun.SetResult(context.Id);
            return done.Task;
        });
        string workflow = await _stack.StartWorkflowAsync("");
        string job = await begun.Task.WaitAsync(Patience.Limit);

        // Every event makes it look once; after two hundred looks the history is a new one, and the notice of the end still comes.
        int longest = 0;
        for (int events = await LengthAsync(); events >= longest; events = await LengthAsync())
        {
            longest = events;
            await Task.WhenAll(Enumerable.Range(0, 10).Select(_ => _stack.Workflows.RaiseEventAsync(workflow, job)));
            await service.PassUntilAsync(async () => await LengthAsync() != longest);
        }
        longest.ShouldBeGreaterThan(1000);
        (await _stack.Workflows.GetWorkflowStateAsync(workflow)).RuntimeStatus.ShouldBe(WorkflowRuntimeStatus.Running);
        done.SetResult(42);
        (await _stack.EndOfAsync(workflow)).ReadOutputAs<int>().ShouldBe(42);
        attempts.ShouldBe(1);

        async Task<int> LengthAsync() => (await _stack.Workflows.GetInstanceHistoryAsync(workflow)).Count;
    }

    [Fact]
    public async Task A_job_that_fails_is_tried_again_and_its_last_failure_is_the_workflows()
    {
        await _stack.AddPipelineAsync();
        var attempts = new ConcurrentQueue<int>();
        await _stack.AddServiceAsync(0, (input, context) =>
        {
            attempts.Enqueue(context.Attempt);
            return context.Attempt < int.Parse(input) ? throw new IOException($"no room in attempt {context.Attempt}") : Task.FromResult(5);
        });
        (await _stack.EndOfAsync(await _stack.StartWorkflowAsync("2", attempts: 2))).ReadOutputAs<int>().ShouldBe(5);
        attempts.ShouldBe([1, 2]);
        WorkflowState failed = await _stack.EndOfAsync(await _stack.StartWorkflowAsync("3", attempts: 2));
        failed.RuntimeStatus.ShouldBe(WorkflowRuntimeStatus.Failed);
        failed.FailureDetails!.ErrorMessage.ShouldEndWith("failed in attempt 2: no room in attempt 2");
    }

    [Fact]
    public async Task An_attempt_that_got_further_does_not_count_as_a_failure_in_a_row()
    {
        await _stack.AddPipelineAsync();
        await _stack.AddServiceAsync(0, async (_, context) =>
        {
            context.Keep(context.Attempt * 10);
            await context.CheckOwnershipAsync();
            return context.Attempt < 4 ? throw new IOException("away") : context.Attempt;
        });
        (await _stack.EndOfAsync(await _stack.StartWorkflowAsync("", attempts: 2))).ReadOutputAs<int>().ShouldBe(4);
    }

    [Fact]
    public async Task Bad_input_is_not_tried_again()
    {
        await _stack.AddPipelineAsync();
        int begun = 0;
        await _stack.AddServiceAsync(0, (_, _) =>
        {
            Interlocked.Increment(ref begun);
            throw new BadInputException("class 2 has no events");
        });
        WorkflowState state = await _stack.EndOfAsync(await _stack.StartWorkflowAsync(""));
        (state.FailureDetails!.ErrorType, state.FailureDetails.ErrorMessage, begun)
            .ShouldBe((typeof(BadInputException).FullName, "class 2 has no events", 1));
    }

    [Fact]
    public async Task A_service_that_stops_gives_its_job_back_and_another_replica_takes_it_at_once()
    {
        await _stack.AddPipelineAsync();
        var begun = new TaskCompletionSource();
        JobService first = await _stack.AddServiceAsync(0, async (_, context) =>
        {
            begun.SetResult();
            await Task.Delay(Timeout.Infinite, context.Cancellation);
            return 0;
        });
        string workflow = await _stack.StartWorkflowAsync("");
        await begun.Task.WaitAsync(Patience.Limit);
        await _stack.StopAsync(first);
        await _stack.AddServiceAsync(1, (_, context) => Task.FromResult(context.Attempt));
        (await _stack.EndOfAsync(workflow)).ReadOutputAs<int>().ShouldBe(2);
    }

    [Fact]
    public async Task A_worker_that_is_lost_is_noticed_when_its_lease_runs_out_and_the_job_is_done_elsewhere()
    {
        await _stack.AddPipelineAsync();
        TaskCompletionSource begun = new(), never = new();

        // Its clock stands still: it renews nothing and tells nothing, like a process that is gone.
        await _stack.AddServiceAsync(0, async (_, _) =>
        {
            begun.TrySetResult();
            await never.Task;
            return 0;
        });
        string workflow = await _stack.StartWorkflowAsync("");
        await begun.Task.WaitAsync(Patience.Limit);
        DateTime lost = DateTime.UtcNow;
        var again = new TaskCompletionSource<DateTime>();
        await _stack.AddServiceAsync(1, (_, context) =>
        {
            again.TrySetResult(DateTime.UtcNow);
            return Task.FromResult(context.Attempt);
        });
        (await _stack.EndOfAsync(workflow)).ReadOutputAs<int>().ShouldBeGreaterThanOrEqualTo(2);
        (await again.Task - lost).ShouldBeGreaterThan(TimeSpan.FromSeconds(8));
        never.SetException(new IOException("gone"));
    }

    [Fact]
    public async Task Cancelling_a_run_stops_its_jobs_and_its_activities_and_no_others()
    {
        await _stack.AddPipelineAsync();
        TaskCompletionSource job = new(), other = new();
        JobService service = await _stack.AddServiceAsync(
            0,
            async (input, context) =>
            {
                (input == "other" ? other : job).SetResult();
                await Task.Delay(Timeout.Infinite, context.Cancellation);
                return 0;
            },
            workflows =>
            {
                workflows.RegisterStep<Waiting>();
                workflows.RegisterWorkflow<string, int>("wait", (context, input) => context.CallActivityAsync<int>(nameof(Waiting), new WaitingInput(input)));
            });
        await using DaprWorkflowClient workflows = new DaprWorkflowClientBuilder()
            .UseGrpcEndpoint($"http://127.0.0.1:{_stack.Sidecar.Node(JobStack.Worker).GrpcPort}").Build();
        Waiting.Begun = new TaskCompletionSource();
        string cancelled = await workflows.ScheduleNewWorkflowAsync("wait", input: "run");
        string training = await _stack.StartWorkflowAsync("");
        await service.Jobs.SubmitAsync(JobStack.Submission("other", 1, "other") with { Run = "another run" }, CancellationToken.None);
        await Task.WhenAll(Waiting.Begun.Task, job.Task, other.Task).WaitAsync(Patience.Limit);

        await service.Marks.CancelAsync("run", CancellationToken.None);
        await service.PassUntilAsync(async () => (await workflows.GetWorkflowStateAsync(cancelled)).RuntimeStatus == WorkflowRuntimeStatus.Failed
            && (await _stack.Workflows.GetWorkflowStateAsync(training)).RuntimeStatus == WorkflowRuntimeStatus.Failed);
        (await workflows.GetWorkflowStateAsync(cancelled)).FailureDetails!.ErrorMessage.ShouldBe("Task failed: run run was cancelled or has failed");
        (await _stack.Workflows.GetWorkflowStateAsync(training)).FailureDetails!.ErrorType.ShouldBe(typeof(RunCancelledException).FullName);
        (await service.Store.FindAsync("other", CancellationToken.None))!.State.ShouldBe(JobState.Running);

        // The run may begin again: nothing remembers that it was cancelled.
        await service.Marks.ClearAsync("run", CancellationToken.None);
        service.Time.Advance(TimeSpan.FromSeconds(2));
        Waiting.Begun = new TaskCompletionSource();
        await Task.Delay(500);
        string again = await workflows.ScheduleNewWorkflowAsync("wait", input: "run");
        await Waiting.Begun.Task.WaitAsync(Patience.Limit);
        service.Time.Advance(TimeSpan.FromSeconds(2));
        (await workflows.GetWorkflowStateAsync(again)).RuntimeStatus.ShouldBe(WorkflowRuntimeStatus.Running);
    }

    internal sealed record WaitingInput(string Run) : IRunInput;

    private sealed class Waiting(WorkStopping stopping) : WorkflowActivity<WaitingInput, int>
    {
        public static TaskCompletionSource Begun { get; set; } = new();

        public override async Task<int> RunAsync(WorkflowActivityContext context, WaitingInput input)
        {
            Begun.TrySetResult();
            await Task.Delay(Timeout.Infinite, stopping.Token);
            return 0;
        }
    }
}
