using Dapr.Workflow;
using DaprHep.Data.Datasets;
using DaprHep.Data.Objects;
using DaprHep.Hosting;
using DaprHep.Hosting.Contracts;
using DaprHep.Hosting.News;

namespace DaprHep.Ingest.Activities;

/// <summary>
/// Makes the plan that is carried out: the first one without the files that conversion found damaged. What was converted of them stays in
/// the store, and no later step looks at it.
/// </summary>
public sealed class ExcludeFiles(WorkStopping stopping) : WorkflowActivity<ExcludeFilesInput, ExcludeFilesOutput>
{
    /// <inheritdoc/>
    public override async Task<ExcludeFilesOutput> RunAsync(WorkflowActivityContext context, ExcludeFilesInput input)
    {
        ObjectStore store = WorkStore.Open(input.Store);
        PartitionPlan plan = await PlanObjects.ReadAsync(store, input.Plan, stopping.Token);
        PartitionPlan kept = plan.Without([.. input.BadFiles.Select(file => new SkippedFile(file.Url, file.Error))]);
        await RunStart.WriteAsync(store, input.Run, kept.Key, stopping.Token);
        await PlanObjects.WriteAsync(store, kept, stopping.Token);
        return new ExcludeFilesOutput(kept.Key);
    }
}
