using Dapr.Workflow;
using DaprHep.Hosting;
using DaprHep.Hosting.Contracts;
using DaprHep.Hosting.News;

namespace DaprHep.Features.Activities;

/// <summary>Brings the drawn events of one partition together by shard; does nothing where that has been done.</summary>
public sealed class ScatterPartition(WorkStopping stopping, DataMemory memory) : WorkflowActivity<ScatterPartitionInput, bool>
{
    /// <inheritdoc/>
    public override async Task<bool> RunAsync(WorkflowActivityContext context, ScatterPartitionInput input)
    {
        await PartitionScatter.ScatterAsync(
            WorkStore.Open(input.Store), input.Statistics, input.Index, memory.For(input.Memory).OfActivity / 2, stopping.Token);
        return true;
    }
}
