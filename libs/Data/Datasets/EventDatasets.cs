using System.Globalization;
using DaprHep.Data.Objects;

namespace DaprHep.Data.Datasets;

/// <summary>The event dataset of a partition: its name follows from what is converted and how.</summary>
public static class EventDatasets
{
    /// <summary>The step's name in dataset names and manifests.</summary>
    public const string Step = "events";

    /// <summary>Version of the conversion: raised when the same file gives other events.</summary>
    public const int StepVersion = 1;

    /// <summary>What the conversion of a partition depends on, besides the file's data.</summary>
    public static SortedDictionary<string, string> ParametersOf(
        string physics, SourceFile source, Partition partition, string? compression = null)
    {
        var parameters = new SortedDictionary<string, string>(StringComparer.Ordinal)
        {
            ["physics"] = physics,
            ["tree"] = source.Tree,
            ["label"] = partition.Label.ToString(CultureInfo.InvariantCulture),
            ["first"] = partition.First.ToString(CultureInfo.InvariantCulture),
            ["end"] = partition.End.ToString(CultureInfo.InvariantCulture),
        };
        if (compression is not null)
            parameters["compression"] = compression;
        return parameters;
    }

    /// <summary>The name of the dataset of a partition of a file.</summary>
    public static string NameOf(string physics, SourceFile source, Partition partition, string? compression = null) =>
        ContentName.Of(Step, StepVersion, ParametersOf(physics, source, partition, compression), [source.Digest]);

    /// <summary>The name of the dataset of a plan's partition.</summary>
    public static string NameOf(PartitionPlan plan, Partition partition) =>
        NameOf(plan.Physics, plan.Sources[partition.Source], partition, plan.Compression);

    /// <summary>The name of the dataset of a partition on a page of a plan.</summary>
    public static string NameOf(PlanPage page, Partition partition)
    {
        ArgumentNullException.ThrowIfNull(page);
        return NameOf(page.Physics, page.SourceOf(partition), partition, page.Compression);
    }

    /// <summary>Opens the partition's dataset.</summary>
    /// <exception cref="ObjectStoreException">The partition has not been converted.</exception>
    public static Task<Dataset> OpenAsync(ObjectStore store, PartitionPlan plan, Partition partition, CancellationToken cancellation = default) =>
        Dataset.OpenAsync(store, NameOf(plan, partition), cancellation);
}
