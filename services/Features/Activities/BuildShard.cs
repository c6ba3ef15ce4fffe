using Dapr.Workflow;
using DaprHep.Data.Datasets;
using DaprHep.Data.Objects;
using DaprHep.Hosting;
using DaprHep.Hosting.Contracts;
using DaprHep.Hosting.News;

namespace DaprHep.Features.Activities;

/// <summary>Builds one training or test shard; does nothing where it is there already.</summary>
public sealed class BuildShard(IProgressSink progress, WorkStopping stopping, DataMemory memory)
    : WorkflowActivity<BuildShardInput, BuildShardOutput>
{
    /// <inheritdoc/>
    public override async Task<BuildShardOutput> RunAsync(WorkflowActivityContext context, BuildShardInput input)
    {
        ObjectStore store = WorkStore.Open(input.Store);
        DataSplit split = input.Test ? DataSplit.Test : DataSplit.Train;
        string name = TrainingDatasets.NameOf(input.Statistics, split, input.Index);
        Dataset shard = await Dataset.FindAsync(store, name, stopping.Token)
            ?? await ShardBuilder.BuildAsync(store, input.Statistics, split, input.Index, memory.For(input.Memory).OfActivity / 2, stopping.Token);
        progress.Report(new StepProgress(input.Run, Steps.Shards, shard.Rows, input.TotalEvents));
        return new BuildShardOutput(shard.Rows) { PeakMemory = DataMemory.PeakOfProcess };
    }
}
