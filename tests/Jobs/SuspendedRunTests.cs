using Dapr.Workflow;
using Dapr.Workflow.Client;
using Dapr.Workflow.Registration;
using DaprHep.Hosting;
using DaprHep.Hosting.Jobs;
using DaprHep.Hosting.Runs;

namespace DaprHep.Jobs.Tests;

/// <summary>A suspended run has no work under way, and goes on from what its work has kept.</summary>
public sealed class SuspendedRunTests : IAsyncLifetime
{
    private JobStack _stack = null!;

    public async ValueTask InitializeAsync() => _stack = await JobStack.StartAsync();

    public ValueTask DisposeAsync() => _stack.DisposeAsync();

    [Fact]
    public async Task A_job_rests_at_a_checkpoint_while_its_run_is_suspended_and_goes_on_from_it()
    {
        await _stack.AddPipelineAsync();
        var begun = new TaskCompletionSource<string>();
        JobService service = await _stack.AddServiceAsync(0, async (_, context) =>
        {
            if (context.Attempt > 1)
                return context.Attempt;
            begun.SetResult(context.Id);
            try
            {
                await Task.Delay(Timeout.Infinite, context.Cancellation);
            }
            finally
            {
                context.Keep(7);
            }
            return 0;
        });
        string workflow = await _stack.StartWorkflowAsync("", attempts: 1);
        string job = await begun.Task.WaitAsync(Patience.Limit);
        await service.Marks.SuspendAsync("run", CancellationToken.None);
        await service.PassUntilAsync(async () => (await RecordAsync(service, job)).State == JobState.Suspended);
        (await RecordAsync(service, job)).Kept.ShouldBe(7);

        // The workflow looks every five seconds, and lets the job be.
        int looks = await ChecksAsync(workflow);
        await service.PassUntilAsync(async () => await ChecksAsync(workflow) > looks + 1);
        (await RecordAsync(service, job)).Attempt.ShouldBe(1);

        await service.Marks.ResumeAsync("run", CancellationToken.None);
        await service.PassUntilAsync(async () => (await _stack.Workflows.GetWorkflowStateAsync(workflow)).IsWorkflowCompleted);
        (await _stack.EndOfAsync(workflow)).ReadOutputAs<int>().ShouldBe(2);
    }

    [Fact]
    public async Task A_job_that_waits_for_cores_rests_too_and_is_cancelled_with_its_run()
    {
        await _stack.AddPipelineAsync();
        TaskCompletionSource other = new(), ends = new();
        JobService service = await _stack.AddServiceAsync(0, async (input, _) =>
        {
            (input == "wide" ? other : new TaskCompletionSource()).TrySetResult();
            await ends.Task;
            return 0;
        });
        await service.Jobs.SubmitAsync(JobStack.Submission("other", 1, "wide") with { Run = "another run" }, CancellationToken.None);
        await other.Task.WaitAsync(Patience.Limit);
        await service.Jobs.SubmitAsync(JobStack.Submission("job", 1), CancellationToken.None);
        await service.Marks.SuspendAsync("run", CancellationToken.None);
        await service.PassUntilAsync(async () => (await RecordAsync(service, "job")).State == JobState.Suspended);

        await service.Marks.CancelAsync("run", CancellationToken.None);
        await service.Marks.SuspendAsync("run", CancellationToken.None);
        await service.Jobs.SubmitAsync(JobStack.Submission("job", 2), CancellationToken.None);
        await service.PassUntilAsync(async () => (await RecordAsync(service, "job")).State == JobState.Cancelled);
        (await RecordAsync(service, "other")).State.ShouldBe(JobState.Running);
        ends.SetResult();
    }

    [Fact]
    public async Task A_job_whose_process_is_lost_while_its_run_is_suspended_rests_elsewhere()
    {
        await _stack.AddPipelineAsync();
        TaskCompletionSource<string> begun = new();
        var never = new TaskCompletionSource();

        // Its clock stands still: it sees no mark and renews nothing, like a process that is gone.
        await _stack.AddServiceAsync(0, async (_, context) =>
        {
            begun.TrySetResult(context.Id);
            await never.Task;
            return 0;
        });
        string workflow = await _stack.StartWorkflowAsync("");
        string job = await begun.Task.WaitAsync(Patience.Limit);
        int worked = 0;
        JobService other = await _stack.AddServiceAsync(1, async (_, context) =>
        {
            await Task.Delay(Timeout.Infinite, context.Cancellation).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            context.Cancellation.ThrowIfCancellationRequested();
            return Interlocked.Increment(ref worked);
        });
        await other.Marks.SuspendAsync("run", CancellationToken.None);

        // The process that stands still may be given the job once more.
        await other.PassUntilAsync(async () => await RecordAsync(other, job) is { Attempt: > 1, State: JobState.Suspended });
        await other.Marks.CancelAsync("run", CancellationToken.None);
        await other.PassUntilAsync(async () => (await _stack.Workflows.GetWorkflowStateAsync(workflow)).IsWorkflowCompleted);
        WorkflowState state = await _stack.EndOfAsync(workflow);
        (state.FailureDetails!.ErrorType, worked).ShouldBe((typeof(RunCancelledException).FullName, 0));
        never.SetException(new IOException("gone"));
    }

    [Fact]
    public async Task Activities_that_have_begun_end_and_the_others_begin_when_the_run_goes_on()
    {
        int calls = Environment.ProcessorCount + 3;
        Slow.Reset();
        JobService service = await _stack.AddServiceAsync(0, (_, _) => Task.FromResult(0), workflows =>
        {
            workflows.RegisterStep<Slow>();
            workflows.RegisterWorkflow<string, int>("fan", async (context, input) =>
                (await Task.WhenAll(Enumerable.Range(0, calls).Select(_ => context.CallActivityAsync<int>(nameof(Slow), new SlowInput(input))))).Sum());
        });
        await using DaprWorkflowClient workflows = new DaprWorkflowClientBuilder()
            .UseGrpcEndpoint($"http://127.0.0.1:{_stack.Sidecar.Node(JobStack.Worker).GrpcPort}").Build();
        string fan = await workflows.ScheduleNewWorkflowAsync("fan", input: "run");
        await service.PassUntilAsync(() => Task.FromResult(Slow.Begun == Environment.ProcessorCount));
        await service.Marks.SuspendAsync("run", CancellationToken.None);
        await service.PassUntilAsync(() => Task.FromResult(IsSuspendedAsSeenBy(service)));
        Slow.Go.SetResult();
        await service.PassUntilAsync(() => Task.FromResult(Slow.Ended == Environment.ProcessorCount));

        // An activity that comes to a process which knows nothing of the run yet does not begin, either.
        string late = await workflows.ScheduleNewWorkflowAsync("fan", input: "run");
        await Task.Delay(500, TestContext.Current.CancellationToken);
        Slow.Begun.ShouldBe(Environment.ProcessorCount);

        await service.Marks.ResumeAsync("run", CancellationToken.None);
        await service.PassUntilAsync(async () => (await workflows.GetWorkflowStateAsync(fan)).IsWorkflowCompleted
            && (await workflows.GetWorkflowStateAsync(late)).IsWorkflowCompleted);
        (await workflows.GetWorkflowStateAsync(fan)).ReadOutputAs<int>().ShouldBe(calls);
        Slow.Begun.ShouldBe(2 * calls);
    }

    private static bool IsSuspendedAsSeenBy(JobService service)
    {
        using RunWork work = service.Runs.Enter("run");
        return work.Suspended.IsCancellationRequested;
    }

    private async Task<int> ChecksAsync(string workflow) =>
        (await _stack.Workflows.GetInstanceHistoryAsync(workflow)).Count(e => e.EventType == WorkflowHistoryEventType.TaskScheduled);

    private static async Task<JobRecord> RecordAsync(JobService service, string job) => (await service.Store.FindAsync(job, CancellationToken.None))!;

    internal sealed record SlowInput(string Run) : IRunInput;

    private sealed class Slow(WorkStopping stopping) : WorkflowActivity<SlowInput, int>
    {
        private static int _begun;
        private static int _ended;

        public static TaskCompletionSource Go { get; private set; } = new();

        public static int Begun => Volatile.Read(ref _begun);

        public static int Ended => Volatile.Read(ref _ended);

        public static void Reset() => (_begun, _ended, Go) = (0, 0, new TaskCompletionSource());

        public override async Task<int> RunAsync(WorkflowActivityContext context, SlowInput input)
        {
            Interlocked.Increment(ref _begun);
            await Go.Task.WaitAsync(stopping.Token);
            Interlocked.Increment(ref _ended);
            return 1;
        }
    }
}
