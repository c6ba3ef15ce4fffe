using System.Text.Json;
using System.Text.Json.Serialization;

namespace DaprHep.Data.Datasets;

/// <summary>What a dataset is: written last, its presence commits the dataset.</summary>
public sealed record DatasetManifest : IJsonOnDeserialized
{
    /// <summary>The step that made it, for instance <c>events</c> or <c>training</c>.</summary>
    public required string Step { get; init; }

    /// <summary>Version of that step's algorithm.</summary>
    public required int StepVersion { get; init; }

    /// <summary>Version of the software that wrote it.</summary>
    public required string Software { get; init; }

    /// <summary>The step's parameters.</summary>
    public required SortedDictionary<string, string> Parameters { get; init; }

    /// <summary>What it was made from: source digests or names of other datasets.</summary>
    public required IReadOnlyList<string> Inputs { get; init; }

    /// <summary>The data objects.</summary>
    public required IReadOnlyList<DatasetPart> Parts { get; init; }

    /// <summary>Events by label.</summary>
    public required SortedDictionary<int, long> Labels { get; init; }

    /// <summary>Named counts of the step, in order: the cut flow of a conversion.</summary>
    public IReadOnlyList<NamedCount> Counts { get; init; } = [];

    /// <summary>Rows are memory to whoever loads them, so that impossible ones must not get further than this.</summary>
    void IJsonOnDeserialized.OnDeserialized()
    {
        for (int part = 0; part < Parts.Count; part++)
        {
            // A row takes more than a byte in whatever form.
            if (Parts[part] is not { Name: not null, Rows: >= 0, Sha256: not null } found || found.Rows > found.Bytes)
                throw new JsonException($"$.parts[{part}]: expected a name, rows from 0 and at most as many as bytes, and a digest");
        }
    }
}

/// <summary>One data object of a dataset.</summary>
/// <param name="Name">Object name below the dataset's prefix, <c>part-NNNNN.arrow</c>.</param>
/// <param name="Rows">Events in it.</param>
/// <param name="Bytes">Its size.</param>
/// <param name="Sha256">Its SHA-256, lower-case hex.</param>
public sealed record DatasetPart(string Name, long Rows, long Bytes, string Sha256);

/// <summary>A count with a name, for instance one step of a cut flow.</summary>
/// <param name="Name">What was counted.</param>
/// <param name="Count">How many.</param>
public sealed record NamedCount(string Name, long Count);

/// <summary>JSON of the data contracts.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, WriteIndented = true, NewLine = "\n", RespectNullableAnnotations = true)]
[JsonSerializable(typeof(DatasetManifest))]
public sealed partial class DatasetJson : JsonSerializerContext;
