using System.Security.Cryptography;
using System.Text;
using Dapr.Workflow;
using DaprHep.Hosting.Contracts;
using DaprHep.Hosting.Runs;
using DaprHep.Topology;
using Grpc.Core;

namespace DaprHep.Gateway;

/// <summary>The runs, which are instances of the pipeline workflow under the same name.</summary>
internal sealed class Runs(DaprWorkflowClient workflows, AppWatch apps, RunMarks marks)
{
    /// <summary>A new name, in the order of time; the same for the same idempotency key.</summary>
    public static string NewName(string? idempotencyKey) => idempotencyKey is null
        ? $"{DateTime.UtcNow:yyyyMMdd-HHmmss}-{RandomNumberGenerator.GetHexString(6, lowercase: true)}"
        : $"key-{Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(idempotencyKey)))[..24]}";

    /// <summary>Starts a run unless there is one of that name.</summary>
    /// <returns>Whether it was started now.</returns>
    public async Task<bool> StartAsync(PipelineRequest request, CancellationToken cancellation)
    {
        if ((await workflows.GetWorkflowStateAsync(request.Run, getInputsAndOutputs: false, cancellation)).Exists)
            return false;

        // An ended run that was removed may have left a mark under the name.
        await marks.ClearAsync(request.Run, cancellation);
        try
        {
            await workflows.ScheduleNewWorkflowAsync(nameof(TopologyPipeline), request.Run, request, startTime: null, cancellation);
            return true;
        }
        catch (RpcException e) when (e.StatusCode == StatusCode.AlreadyExists)
        {
            return false;
        }
    }

    /// <summary>A run's state; null when there is none of that name.</summary>
    public async Task<RunState?> FindAsync(string run, CancellationToken cancellation)
    {
        WorkflowState state = await workflows.GetWorkflowStateAsync(run, getInputsAndOutputs: true, cancellation);
        if (!state.Exists || state.WorkflowName != nameof(TopologyPipeline))
            return null;
        string status = StatusOf(state.RuntimeStatus);
        StepStatus? step = state.ReadCustomStatusAs<StepStatus>();
        PipelineRequest? request = state.ReadInputAs<PipelineRequest>();
        return new RunState(
            run,
            status,
            step?.Step,
            status == "running" ? step?.Waiting ?? apps.WaitingFor(step?.Step) : null,
            state.CreatedAt,
            state.LastUpdatedAt,
            status == "completed" ? state.ReadOutputAs<PipelineResult>() : null,
            state.FailureDetails?.ErrorMessage,
            state.FailureDetails?.ErrorType)
        {
            Model = request?.Model,
            Physics = request?.Physics,
            Classes = request is null ? null : [.. request.Samples.Select(sample => sample.Class).Distinct()],
            Steps = request is null ? null : [.. Steps.Of(request).Select(one => one.Step)],
            StepSince = step?.Since,
            Parts = step?.Parts,
            Timings = step?.Timings,
        };
    }

    /// <summary>Waits for the end of a run.</summary>
    public Task WaitAsync(string run, CancellationToken cancellation) =>
        workflows.WaitForWorkflowCompletionAsync(run, getInputsAndOutputs: false, cancellation);

    /// <summary>What a run was asked to do; null when there is none of that name.</summary>
    public async Task<PipelineRequest?> RequestOfAsync(string run, CancellationToken cancellation) =>
        (await workflows.GetWorkflowStateAsync(run, getInputsAndOutputs: true, cancellation)).ReadInputAs<PipelineRequest>();

    /// <summary>The names of all runs.</summary>
    public async Task<List<string>> NamesAsync(CancellationToken cancellation)
    {
        var names = new List<string>();
        string? page = null;
        do
        {
            var instances = await workflows.ListInstanceIdsAsync(page, 1000, cancellation);
            names.AddRange(instances.InstanceIds.Where(IsRun));
            page = instances.ContinuationToken;
        }
        while (page is not null);
        return names;
    }

    /// <summary>Ends a run: its workflow, and within seconds whatever works for it in any process.</summary>
    public async Task CancelAsync(string run, CancellationToken cancellation)
    {
        await marks.CancelAsync(run, cancellation);
        await workflows.TerminateWorkflowAsync(run, output: null, cancellation);
    }

    /// <summary>Lets a run rest: its workflow, its jobs at their next checkpoint, and its activities but for those that have begun.</summary>
    public async Task SuspendAsync(string run, CancellationToken cancellation)
    {
        await marks.SuspendAsync(run, cancellation);
        await workflows.SuspendWorkflowAsync(run, reason: null, cancellation);
    }

    /// <summary>Lets a suspended run go on, or starts a failed or cancelled one again from the step that it had not finished.</summary>
    public async Task ResumeAsync(string run, CancellationToken cancellation)
    {
        WorkflowState state = await workflows.GetWorkflowStateAsync(run, getInputsAndOutputs: true, cancellation);
        if (!state.IsWorkflowCompleted)
        {
            await marks.ResumeAsync(run, cancellation);
            await workflows.ResumeWorkflowAsync(run, reason: null, cancellation);
            return;
        }
        string resume = ResumeRun.IdOf(run);
        try
        {
            PipelineRequest request = state.ReadInputAs<PipelineRequest>()!;
            await workflows.ScheduleNewWorkflowAsync(nameof(ResumeRun), resume, request, startTime: null, cancellation);
        }
        catch (RpcException e) when (e.StatusCode == StatusCode.AlreadyExists)
        {
            // Somebody else resumes it, too.
        }
        await workflows.WaitForWorkflowCompletionAsync(resume, getInputsAndOutputs: false, cancellation);
    }

    // Child workflows, and what resumes runs, are named after their run.
    private static bool IsRun(string instance) => !instance.Contains(':', StringComparison.Ordinal);

    private static string StatusOf(WorkflowRuntimeStatus status) => status switch
    {
        WorkflowRuntimeStatus.Pending => "pending",
        WorkflowRuntimeStatus.Suspended => "suspended",
        WorkflowRuntimeStatus.Completed => "completed",
        WorkflowRuntimeStatus.Failed => "failed",
        WorkflowRuntimeStatus.Terminated or WorkflowRuntimeStatus.Canceled => "cancelled",
        _ => "running",
    };
}
