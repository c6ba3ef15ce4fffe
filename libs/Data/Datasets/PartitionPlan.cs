using System.Text.Json.Serialization;

namespace DaprHep.Data.Datasets;

/// <summary>Which entries of which files a run converts; <see cref="PlanObjects"/> keeps it in the store.</summary>
/// <param name="Physics">Physics profile.</param>
/// <param name="Sources">The input files.</param>
/// <param name="Partitions">The entry ranges to convert, each into a dataset of its own, in the order of the files.</param>
public sealed record PartitionPlan(string Physics, IReadOnlyList<SourceFile> Sources, IReadOnlyList<Partition> Partitions)
{
    /// <summary>Files that can't be read and are left out, in the order in which they were given.</summary>
    public IReadOnlyList<SkippedFile> Skipped { get; init; } = [];

    /// <summary>How the data steps compress what they write, as <see cref="Events.EventCompression"/> names it; null for not at all.</summary>
    public string? Compression { get; init; }

    /// <summary>The plan's prefix in the store: the hash of its content.</summary>
    public string Key => ContentName.Of("plans", 2, Parameters,
    [
        .. Partitions.Select(p => $"{Sources[p.Source].Digest}:{p.Label}:{p.Split}:{p.First}:{p.End}"),
        .. Skipped.Select(file => $"{file.Url}:{file.Error}"),
    ]);

    private Dictionary<string, string> Parameters => Compression is null
        ? new Dictionary<string, string> { ["physics"] = Physics }
        : new Dictionary<string, string> { ["physics"] = Physics, ["compression"] = Compression };

    /// <summary>The plan without some of its files.</summary>
    /// <param name="files">The files to leave out.</param>
    public PartitionPlan Without(IReadOnlyList<SkippedFile> files)
    {
        HashSet<string> urls = [.. files.Select(file => file.Url)];
        int[] kept = [.. Enumerable.Range(0, Sources.Count).Where(source => !urls.Contains(Sources[source].Url))];
        Dictionary<int, int> places = kept.Select((source, place) => (source, place)).ToDictionary();
        return this with
        {
            Sources = [.. kept.Select(source => Sources[source])],
            Partitions = [.. Partitions.Where(p => places.ContainsKey(p.Source)).Select(p => p with { Source = places[p.Source] })],
            Skipped = [.. Skipped, .. files],
        };
    }
}

/// <summary>An input file that can't be read and is left out as a whole.</summary>
/// <param name="Url">Where it is.</param>
/// <param name="Error">What is wrong with it.</param>
public sealed record SkippedFile(string Url, string Error);

/// <summary>One input file.</summary>
/// <param name="Url">Where it is.</param>
/// <param name="Tree">Path of the tree in it.</param>
/// <param name="Bytes">Size of the file.</param>
/// <param name="Entries">Entries of the tree.</param>
/// <param name="Digest">Source digest, hex: SHA-256 of the file's UUID, its length and its tree's basket positions and sizes.</param>
/// <param name="Sha256">SHA-256 of the whole file, where it was asked for.</param>
/// <param name="Label">Class label of its events.</param>
/// <param name="Split">Which part of the data its events belong to.</param>
public sealed record SourceFile(
    string Url, string Tree, long Bytes, long Entries, string Digest, string? Sha256, int Label, DataSplit Split)
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
[JsonSerializable(typeof(PlanHead))]
[JsonSerializable(typeof(PlanPage))]
public sealed partial class PlanJson : JsonSerializerContext;
