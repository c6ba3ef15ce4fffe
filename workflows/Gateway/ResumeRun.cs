using Dapr.Workflow;
using DaprHep.Hosting.Contracts;
using DaprHep.Hosting.Runs;
using DaprHep.Topology;
using Grpc.Core;

namespace DaprHep.Gateway;

/// <summary>
/// Starts a run that has ended without a result again, under its name and with its request. Between the end of the old and the start of the
/// new instance the request is in this workflow's history, so that no crash loses it; steps that were finished are found by content.
/// </summary>
internal sealed class ResumeRun : Workflow<PipelineRequest, bool>
{
    /// <summary>Id of the workflow that resumes a run.</summary>
    public static string IdOf(string run) => $"{run}:resume";

    public override Task<bool> RunAsync(WorkflowContext context, PipelineRequest input) =>
        context.CallActivityAsync<bool>(nameof(RestartRun), input);
}

/// <summary>Takes the ended instance away and starts a new one; delivered again, it finds the new one and lets it be.</summary>
internal sealed class RestartRun(DaprWorkflowClient workflows, RunMarks marks) : WorkflowActivity<PipelineRequest, bool>
{
    public override async Task<bool> RunAsync(WorkflowActivityContext context, PipelineRequest input)
    {
        WorkflowState state = await workflows.GetWorkflowStateAsync(input.Run, getInputsAndOutputs: false);
        if (state is { Exists: true, IsWorkflowCompleted: false })
            return false;
        await marks.ClearAsync(input.Run, CancellationToken.None);
        if (state.Exists)
            await workflows.PurgeInstanceAsync(input.Run);
        try
        {
            await workflows.ScheduleNewWorkflowAsync(nameof(TopologyPipeline), input.Run, input);
            return true;
        }
        catch (RpcException e) when (e.StatusCode == StatusCode.AlreadyExists)
        {
            return false;
        }
    }
}
