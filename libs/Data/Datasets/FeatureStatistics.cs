using System.Text.Json.Serialization;
using DaprHep.Data.Sampling;

namespace DaprHep.Data.Datasets;

/// <summary>What the feature stage learnt from all events before it builds shards.</summary>
public sealed record FeatureStatistics
{
    /// <summary>Key of the partition plan.</summary>
    public required string Plan { get; init; }

    /// <summary>Physics profile.</summary>
    public required string Physics { get; init; }

    /// <summary>How shards are compressed; null for not at all.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Compression { get; init; }

    /// <summary>Names of the high-level features.</summary>
    public required IReadOnlyList<string> Features { get; init; }

    /// <summary>Smallest value of each feature.</summary>
    public required IReadOnlyList<double> Minimum { get; init; }

    /// <summary>Largest value of each feature.</summary>
    public required IReadOnlyList<double> Maximum { get; init; }

    /// <summary>Mean of each feature over the events that the ranges are of.</summary>
    public IReadOnlyList<double> Mean { get; init; } = [];

    /// <summary>Variance of each feature over the same events.</summary>
    public IReadOnlyList<double> Variance { get; init; } = [];

    /// <summary>Which events are drawn, and their order.</summary>
    public required SampleSelection Selection { get; init; }

    /// <summary>Counts by class, in the order of the labels: what was read and what was left after each step.</summary>
    public required IReadOnlyList<ClassCounts> Classes { get; init; }
}

/// <summary>Events of one class through the pipeline.</summary>
/// <param name="Class">Name of the class.</param>
/// <param name="CutFlow">Events left after each step of the conversion, from all read to all selected.</param>
/// <param name="Train">Events drawn for training.</param>
/// <param name="Test">Events drawn for testing.</param>
public sealed record ClassCounts(string Class, IReadOnlyList<NamedCount> CutFlow, long Train, long Test)
{
    /// <summary>Events read.</summary>
    [JsonIgnore]
    public long Read => CutFlow[0].Count;

    /// <summary>Events selected.</summary>
    [JsonIgnore]
    public long Selected => CutFlow[^1].Count;
}

/// <summary>JSON of feature statistics.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(FeatureStatistics))]
public sealed partial class StatisticsJson : JsonSerializerContext;
