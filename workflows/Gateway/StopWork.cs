using Dapr.Workflow;
using DaprHep.Hosting.Runs;

namespace DaprHep.Gateway;

/// <summary>Marks a run as failed, which stops what still works for it: the activity <see cref="Topology.TopologyPipeline.StopWork"/>.</summary>
internal sealed class StopWork(RunMarks marks) : WorkflowActivity<string, bool>
{
    public override async Task<bool> RunAsync(WorkflowActivityContext context, string input)
    {
        await marks.FailAsync(input, CancellationToken.None);
        return true;
    }
}
