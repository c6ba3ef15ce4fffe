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
        PartitionPlan plan = await store.ReadJsonAsync(input.Plan, PlanJson.Default.PartitionPlan, stopping.Token);
        Partition partition = plan.Partitions[input.Index];
        void Report(long events) => progress.Report(new StepProgress(input.Run, Steps.Convert, events, input.TotalEvents));

        string name = EventDatasets.NameOf(plan, partition);
        Dataset? dataset = await Dataset.FindAsync(store, name, stopping.Token);
        if (dataset is not null)
            Report(partition.End - partition.First);
        else
            dataset = await ConvertAsync(store, plan, partition, name, Report);
        return new ConvertPartitionOutput(dataset.Manifest.Counts[0].Count, dataset.Rows);
    }

    private async Task<Dataset> ConvertAsync(ObjectStore store, PartitionPlan plan, Partition partition, string name, Action<long> report)
    {
        SourceFile source = plan.Sources[partition.Source];
        using var conversion = EventConversion.Open(plan.Physics, source.Url, source.Tree, partition.Label, partition.First, partition.End);
        if (conversion.SourceDigest != source.Digest)
            throw new BadInputException($"{source.Url}: the file has changed since the run was planned; start the run again");
        await using DatasetPartWriter writer = await DatasetPartWriter.CreateAsync(store, name, 0, conversion.Schema, stopping.Token);
        conversion.Run(table => writer.Write(table), report, stopping.Token);
        DatasetPart part = await writer.CommitAsync(stopping.Token);
        Measures.StepWrote(Steps.Convert, part.Bytes);
        var manifest = new DatasetManifest
        {
            Step = EventDatasets.Step,
            StepVersion = EventDatasets.StepVersion,
            Software = SoftwareVersion.Current,
            Parameters = EventDatasets.ParametersOf(plan, partition),
            Inputs = [source.Digest],
            Parts = [part],
            Labels = new SortedDictionary<int, long> { [partition.Label] = part.Rows },
            Counts = conversion.CutFlow,
        };
        return await Dataset.CommitAsync(store, name, manifest, stopping.Token);
    }
}
