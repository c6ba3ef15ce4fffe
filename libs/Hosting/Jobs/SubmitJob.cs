using Dapr.Workflow;
using DaprHep.Hosting.Runs;

namespace DaprHep.Hosting.Jobs;

/// <summary>
/// Gives an attempt at a job to the process that runs this activity. Delivered twice, it finds the attempt taken and only says where the
/// job stands.
/// </summary>
internal sealed class SubmitJob(JobWorker worker, JobStore store, WorkStopping stopping) : WorkflowActivity<JobSubmission, JobStatus>
{
    /// <inheritdoc/>
    public override async Task<JobStatus> RunAsync(WorkflowActivityContext context, JobSubmission input) =>
        (await worker.SubmitAsync(input, stopping.Token)).StatusAt(store.Now);
}

/// <summary>
/// Says where a job stands: what a workflow asks when it is woken, and now and then in case nobody wakes it. A job without a record is lost,
/// and so is one that rests though its run is no longer suspended.
/// </summary>
internal sealed class CheckJob(JobStore store, RunMarks marks, WorkStopping stopping) : WorkflowActivity<string, JobStatus>
{
    private static readonly JobStatus Nowhere = new(JobState.Queued, Attempt: 0, IsLost: true, Kept: 0, Output: null, Failure: null);

    /// <inheritdoc/>
    public override async Task<JobStatus> RunAsync(WorkflowActivityContext context, string input)
    {
        if (await store.FindAsync(input, stopping.Token) is not { } record)
            return Nowhere;
        JobStatus status = record.StatusAt(store.Now);
        return record.State == JobState.Suspended
            ? status with { IsLost = await marks.OfAsync(record.Run, stopping.Token) != RunMark.Suspended }
            : status;
    }
}
