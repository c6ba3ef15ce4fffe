using DaprHep.Data.Datasets;
using DaprHep.Data.Objects;
using DaprHep.Hosting;
using DaprHep.Physics;

namespace DaprHep.Ingest;

/// <summary>
/// Converts a whole file by itself, as it arrives, into the datasets that a run over it would look for. What has been converted is found by
/// its content, so a file is converted once however often it is offered, by however many processes.
/// </summary>
/// <param name="Url">The file.</param>
/// <param name="Label">Class label of its events.</param>
/// <param name="Physics">Physics profile.</param>
/// <param name="Compression">How datasets are compressed; null for not at all.</param>
public sealed record FileConversion(string Url, int Label, string Physics, string? Compression)
{
    /// <summary>Converts what has not been converted.</summary>
    /// <param name="store">Where the datasets go.</param>
    /// <param name="cancellation">Ends the work early; what is finished stays.</param>
    /// <exception cref="BadInputException">The file can't be read or lacks what is needed.</exception>
    public async Task<FileConversionResult> RunAsync(ObjectStore store, CancellationToken cancellation)
    {
        SourceFile source = SourceFiles.Open(Url, Label, DataSplit.ByIdentity, hash: false);
        Partition[] partitions = [.. SourceFiles.Cut(0, Label, DataSplit.ByIdentity, source.Entries)];
        var plan = new PartitionPlan(PhysicsProfiles.Parse(Physics).Name(), [source], partitions)
        {
            Compression = Compression,
        };
        // The plan tells lineage which file it was.
        if (!await store.ExistsAsync($"{plan.Key}/plan.json", cancellation))
            await PlanObjects.WriteAsync(store, plan, cancellation);
        long rows = 0;
        int converted = 0;
        var page = new PlanPage(plan.Physics, 0, plan.Sources, plan.Partitions) { Compression = Compression };
        foreach (Partition partition in plan.Partitions)
        {
            Dataset? dataset = await Dataset.FindAsync(store, EventDatasets.NameOf(plan, partition), cancellation);
            if (dataset is null)
            {
                dataset = await PartitionConversion.RunAsync(store, page, partition, _ => { }, cancellation);
                converted++;
            }
            rows += dataset.Rows;
        }
        string[] datasets = [.. partitions.Select(partition => EventDatasets.NameOf(plan, partition))];
        return new FileConversionResult(datasets, converted, source.Entries, rows);
    }
}

/// <summary>What became of a file.</summary>
/// <param name="Datasets">Names of its event datasets.</param>
/// <param name="Converted">How many of them were made now; the others were there.</param>
/// <param name="Read">Entries of the file.</param>
/// <param name="Selected">Events in the datasets.</param>
public sealed record FileConversionResult(IReadOnlyList<string> Datasets, int Converted, long Read, long Selected);
