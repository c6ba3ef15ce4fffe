using Dapr.Workflow;

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
/// Says where a job stands: what a workflow asks when it is woken, and now and then in case nobody wakes it. A job without a record is lost.
/// </summary>
internal sealed class CheckJob(JobStore store, WorkStopping stopping) : WorkflowActivity<string, JobStatus>
{
    private static readonly JobStatus Nowhere = new(JobState.Queued, Attempt: 0, IsLost: true, Kept: 0, Output: null, Failure: null);

    /// <inheritdoc/>
    public override async Task<JobStatus> RunAsync(WorkflowActivityContext context, string input) =>
        (await store.FindAsync(input, stopping.Token))?.StatusAt(store.Now) ?? Nowhere;
}
