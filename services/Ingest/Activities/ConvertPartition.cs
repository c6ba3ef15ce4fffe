using Dapr.Workflow;
using DaprHep.Data.Datasets;
using DaprHep.Data.Objects;
using DaprHep.Hosting;
using DaprHep.Hosting.Contracts;
using DaprHep.Hosting.News;

namespace DaprHep.Ingest.Activities;

/// <summary>Converts one partition to an event dataset; does nothing where it is there already.</summary>
public sealed class ConvertPartition(IProgressSink progress, WorkStopping stopping) : WorkflowActivity<ConvertPartitionInput, ConvertPartitionOutput>
{
    /// <inheritdoc/>
    public override async Task<ConvertPartitionOutput> RunAsync(WorkflowActivityContext context, ConvertPartitionInput input)
    {
        ObjectStore store = WorkStore.Open(input.Store);
        (PlanPage page, Partition partition) = await PlanObjects.FindAsync(store, input.Plan, input.Index, stopping.Token);
        SourceFile source = page.SourceOf(partition);
        WorkMeter? meter = WorkMeter.Current;
        meter?.Subject = source.Url;
        void Report(long events) => progress.Report(new StepProgress(input.Run, Steps.Convert, events, input.TotalEvents));

        string name = EventDatasets.NameOf(page, partition);
        Dataset? dataset = await Dataset.FindAsync(store, name, stopping.Token);
        try
        {
            if (dataset is not null)
                Report(partition.End - partition.First);
            else
            {
                dataset = await PartitionConversion.RunAsync(store, page, partition, Report, stopping.Token);
                meter?.Read(source.Bytes * (partition.End - partition.First) / Math.Max(1, source.Entries));
            }
        }
        catch (BadInputException e) when (input.MaxBadFiles > 0 && RootInput.IsBadFile(e))
        {
            return new ConvertPartitionOutput(0, 0, new BadFile(source.Url, e.Message));
        }
        return new ConvertPartitionOutput(dataset.Manifest.Counts[0].Count, dataset.Rows, BadFile: null);
    }
}
