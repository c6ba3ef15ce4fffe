using System.Text.Json;
using System.Text.Json.Serialization;

namespace DaprHep.Learning.Tuning;

/// <summary>A run of a trial with all that whoever does it must know of the study; small JSON on its way through a workflow.</summary>
/// <param name="Options">What the study was told.</param>
/// <param name="Run">What to train.</param>
public sealed record TrialAssignment(StudyOptions Options, TrialRun Run)
{
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web) { Converters = { new JsonStringEnumConverter() } };

    /// <summary>Reads what <see cref="ToJson"/> wrote.</summary>
    /// <exception cref="JsonException">It is not that.</exception>
    public static TrialAssignment Read(JsonElement json) =>
        json.Deserialize<TrialAssignment>(Json) ?? throw new JsonException("The assignment is null.");

    /// <summary>As JSON.</summary>
    public JsonElement ToJson() => JsonSerializer.SerializeToElement(this, Json);
}
