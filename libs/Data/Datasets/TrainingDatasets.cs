using System.Globalization;
using DaprHep.Data.Objects;

namespace DaprHep.Data.Datasets;

/// <summary>The training dataset of a shard: its name follows from the statistics it is built with.</summary>
public static class TrainingDatasets
{
    /// <summary>The step's name in dataset names and manifests.</summary>
    public const string Step = "training";

    /// <summary>Version of the algorithm: raised when the same events give other shards.</summary>
    public const int StepVersion = 1;

    /// <summary>Which shard it is.</summary>
    public static SortedDictionary<string, string> ParametersOf(DataSplit split, int index) => new(StringComparer.Ordinal)
    {
        ["split"] = split == DataSplit.Train ? "train" : "test",
        ["shard"] = index.ToString(CultureInfo.InvariantCulture),
    };

    /// <summary>The name of a shard's dataset.</summary>
    /// <param name="statistics">Key of the statistics object, which is named by its content.</param>
    /// <param name="split">Train or test.</param>
    /// <param name="index">Index of the shard in its split.</param>
    public static string NameOf(string statistics, DataSplit split, int index) =>
        ContentName.Of(Step, StepVersion, ParametersOf(split, index), [statistics]);

    /// <summary>All shards of a split, in the shuffled order.</summary>
    /// <exception cref="ObjectStoreException">A shard has not been built.</exception>
    public static async Task<IReadOnlyList<Dataset>> OpenAsync(
        ObjectStore store, string statistics, int shards, DataSplit split, CancellationToken cancellation = default)
    {
        var datasets = new Dataset[shards];
        for (int index = 0; index < shards; index++)
            datasets[index] = await Dataset.OpenAsync(store, NameOf(statistics, split, index), cancellation).ConfigureAwait(false);
        return datasets;
    }
}
