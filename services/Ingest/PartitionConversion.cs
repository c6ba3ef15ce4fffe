using DaprHep.Data.Datasets;
using DaprHep.Data.Objects;
using DaprHep.Hosting;
using DaprHep.Hosting.Contracts;
using DaprHep.Hosting.Telemetry;

namespace DaprHep.Ingest;

/// <summary>Converts one partition of a plan to an event dataset.</summary>
public static class PartitionConversion
{
    /// <summary>Converts and commits.</summary>
    /// <param name="store">Where the dataset goes.</param>
    /// <param name="page">The page of the plan.</param>
    /// <param name="partition">The partition on it.</param>
    /// <param name="report">Called with the number of entries converted since the last call.</param>
    /// <param name="cancellation">Ends the work early.</param>
    /// <exception cref="BadInputException">The file can't be read, or is another than when it was planned.</exception>
    public static async Task<Dataset> RunAsync(
        ObjectStore store, PlanPage page, Partition partition, Action<long> report, CancellationToken cancellation)
    {
        SourceFile source = page.SourceOf(partition);
        string name = EventDatasets.NameOf(page, partition);
        using var conversion = EventConversion.Open(page.Physics, source.Url, source.Tree, partition.Label, partition.First, partition.End);
        if (conversion.SourceDigest != source.Digest)
            throw new BadInputException($"{source.Url}: the file has changed since the run was planned; start the run again");
        await using DatasetPartWriter writer = await DatasetPartWriter.CreateAsync(store, name, 0, conversion.Schema, page.Compression, cancellation);
        await conversion.RunAsync(writer, report, cancellation);
        DatasetPart part = await writer.CommitAsync(cancellation);
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
        return await Dataset.CommitAsync(store, name, manifest, cancellation);
    }
}
