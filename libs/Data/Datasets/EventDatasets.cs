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

    /// <summary>What the conversion of <paramref name="partition"/> depends on, besides the file.</summary>
    public static SortedDictionary<string, string> ParametersOf(PartitionPlan plan, Partition partition) => new(StringComparer.Ordinal)
    {
        ["physics"] = plan.Physics,
        ["tree"] = plan.Sources[partition.Source].Tree,
        ["label"] = partition.Label.ToString(CultureInfo.InvariantCulture),
        ["first"] = partition.First.ToString(CultureInfo.InvariantCulture),
        ["end"] = partition.End.ToString(CultureInfo.InvariantCulture),
    };

    /// <summary>The name of the partition's dataset.</summary>
    public static string NameOf(PartitionPlan plan, Partition partition) =>
        ContentName.Of(Step, StepVersion, ParametersOf(plan, partition), [plan.Sources[partition.Source].Digest]);

    /// <summary>Opens the partition's dataset.</summary>
    /// <exception cref="ObjectStoreException">The partition has not been converted.</exception>
    public static Task<Dataset> OpenAsync(ObjectStore store, PartitionPlan plan, Partition partition, CancellationToken cancellation = default) =>
        Dataset.OpenAsync(store, NameOf(plan, partition), cancellation);
}
