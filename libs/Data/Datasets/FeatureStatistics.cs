using System.Text.Json;
using System.Text.Json.Serialization;
using DaprHep.Data.Sampling;

namespace DaprHep.Data.Datasets;

/// <summary>What the feature stage learnt from all events before it builds shards.</summary>
public sealed record FeatureStatistics : IJsonOnDeserialized
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

    /// <summary>What is damaged is found here, and not where a list that is too short is looked into.</summary>
    void IJsonOnDeserialized.OnDeserialized()
    {
        Check(Features.All(name => name is not null), "$.features", "a name each");
        Check(Minimum.Count == Features.Count, "$.minimum", $"{Features.Count} numbers, one a feature");
        Check(Maximum.Count == Features.Count, "$.maximum", $"{Features.Count} numbers, one a feature");
        Check(Mean.Count == 0 || Mean.Count == Features.Count, "$.mean", $"{Features.Count} numbers, one a feature");
        Check(Variance.Count == Mean.Count, "$.variance", $"{Mean.Count} numbers, as in $.mean");
        Check(Selection is { TrainShards: >= 0, TestShards: >= 0 }, "$.selection", "numbers of shards from 0");
        Check(Classes.All(c => c is { CutFlow.Count: > 0, Train: >= 0, Test: >= 0 }), "$.classes", "a cut flow and counts each");

        static void Check(bool holds, string field, string expected)
        {
            if (!holds)
                throw new JsonException($"{field}: expected {expected}");
        }
    }
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
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, RespectNullableAnnotations = true)]
[JsonSerializable(typeof(FeatureStatistics))]
public sealed partial class StatisticsJson : JsonSerializerContext;
