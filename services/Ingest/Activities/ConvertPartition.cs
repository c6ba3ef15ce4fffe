using Dapr.Workflow;
using DaprHep.Data.Datasets;
using DaprHep.Data.Objects;
using DaprHep.Hosting;
using DaprHep.Hosting.Contracts;
using DaprHep.Hosting.Telemetry;

namespace DaprHep.Ingest.Activities;

/// <summary>Converts one partition to an event dataset; does nothing where it is there already.</summary>
public sealed class ConvertPartition(IProgressSink progress, WorkStopping stopping) : WorkflowActivity<ConvertPartitionInput, ConvertPartitionOutput>
{
    /// <inheritdoc/>
    public override async Task<ConvertPartitionOutput> RunAsync(WorkflowActivityContext context, ConvertPartitionInput input)
    {
        ObjectStore store = ObjectStore.Open(input.Store);
        (PlanPage page, Partition partition) = await PlanObjects.FindAsync(store, input.Plan, input.Index, stopping.Token);
        SourceFile source = page.SourceOf(partition);
        void Report(long events) => progress.Report(new StepProgress(input.Run, Steps.Convert, events, input.TotalEvents));

        string name = EventDatasets.NameOf(page, partition);
        Dataset? dataset = await Dataset.FindAsync(store, name, stopping.Token);
        try
        {
            if (dataset is not null)
                Report(partition.End - partition.First);
            else
                dataset = await ConvertAsync(store, page, partition, name, Report);
        }
        catch (BadInputException e) when (input.MaxBadFiles > 0 && RootInput.IsBadFile(e))
        {
            return new ConvertPartitionOutput(0, 0, new BadFile(source.Url, e.Message));
        }
        return new ConvertPartitionOutput(dataset.Manifest.Counts[0].Count, dataset.Rows, BadFile: null);
    }

    private async Task<Dataset> ConvertAsync(
        ObjectStore store, PlanPage page, Partition partition, string name, Action<long> report)
    {
        SourceFile source = page.SourceOf(partition);
        using var conversion = EventConversion.Open(page.Physics, source.Url, source.Tree, partition.Label, partition.First, partition.End);
        if (conversion.SourceDigest != source.Digest)
            throw new BadInputException($"{source.Url}: the file has changed since the run was planned; start the run again");
        await using DatasetPartWriter writer = await DatasetPartWriter.CreateAsync(
            store, name, 0, conversion.Schema, page.Compression, stopping.Token);
        conversion.Run(table => writer.Write(table), report, stopping.Token);
        DatasetPart part = await writer.CommitAsync(stopping.Token);
        Measures.StepWrote(Steps.Convert, part.Bytes);
        var manifest = new DatasetManifest
        {
            Step = EventDatasets.Step,
            StepVersion = EventDatasets.StepVersion,
            Software = SoftwareVersion.Current,
            Parameters = EventDatasets.ParametersOf(page.Physics, source, partition, page.Compression),
            Inputs = [source.Digest],
            Parts = [part],
            Labels = new SortedDictionary<int, long> { [partition.Label] = part.Rows },
            Counts = conversion.CutFlow,
        };
        return await Dataset.CommitAsync(store, name, manifest, stopping.Token);
    }
}
