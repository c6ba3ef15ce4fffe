using System.Text.Json.Serialization;

namespace DaprHep.Data.Datasets;

/// <summary>Which entries of which files a run converts. Kept in the store, because it has a line for each of possibly thousands of files.</summary>
/// <param name="Physics">Physics profile.</param>
/// <param name="Sources">The input files.</param>
/// <param name="Partitions">The entry ranges to convert, each into a dataset of its own.</param>
public sealed record PartitionPlan(string Physics, IReadOnlyList<SourceFile> Sources, IReadOnlyList<Partition> Partitions)
{
    /// <summary>The plan's key in the store: the hash of its content.</summary>
    [JsonIgnore]
    public string Key => ContentName.Of("plans", 1, new Dictionary<string, string> { ["physics"] = Physics },
        Partitions.Select(p => $"{Sources[p.Source].Digest}:{p.Label}:{p.Split}:{p.First}:{p.End}")) + ".json";

    /// <summary>Whether the files say which events are for testing, so that nothing is split off the training files.</summary>
    [JsonIgnore]
    public bool HasOwnTestSet => Partitions.Any(p => p.Split == DataSplit.Test);
}

/// <summary>One input file.</summary>
/// <param name="Url">Where it is.</param>
/// <param name="Tree">Path of the tree in it.</param>
/// <param name="Bytes">Size of the file.</param>
/// <param name="Entries">Entries of the tree.</param>
/// <param name="Digest">Source digest, hex: SHA-256 of the file's UUID, its length and its tree's basket positions and sizes.</param>
/// <param name="Sha256">SHA-256 of the whole file, where it was asked for.</param>
public sealed record SourceFile(string Url, string Tree, long Bytes, long Entries, string Digest, string? Sha256)
{
    /// <summary>The first 32 bits of the digest: the upper half of the identity of each of the file's events.</summary>
    [JsonIgnore]
    public uint Id => IdOf(Digest);

    /// <summary>The source id that a digest gives.</summary>
    public static uint IdOf(string digest) => Convert.ToUInt32(digest[..8], 16);
}

/// <summary>A range of entries of one file.</summary>
/// <param name="Source">Index of the file in <see cref="PartitionPlan.Sources"/>.</param>
/// <param name="Label">Class label of its events.</param>
/// <param name="Split">Which part of the data its events belong to.</param>
/// <param name="First">First entry.</param>
/// <param name="End">One past the last entry.</param>
public sealed record Partition(int Source, int Label, DataSplit Split, long First, long End);

/// <summary>The part of the data an event belongs to.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<DataSplit>))]
public enum DataSplit
{
    /// <summary>Not said by the input: decided for each event by its identity.</summary>
    ByIdentity,

    /// <summary>For training.</summary>
    Train,

    /// <summary>For testing.</summary>
    Test,
}

/// <summary>JSON of partition plans.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(PartitionPlan))]
public sealed partial class PlanJson : JsonSerializerContext;
