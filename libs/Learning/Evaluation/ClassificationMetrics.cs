using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using DaprHep.Learning.Artifacts;

namespace DaprHep.Learning.Evaluation;

/// <summary>
/// How well a classifier does on test events. Errors are bootstrap standard errors. A value is null where the test events cannot
/// give it, e.g. the AUC of a class that none of them belongs to.
/// </summary>
public sealed record ClassificationMetrics
{
    /// <summary>How many test events there are.</summary>
    public required int TestEvents { get; init; }

    /// <summary>Mean cross-entropy; null when infinite.</summary>
    public required double? Loss { get; init; }

    /// <summary>Part of the events put into their own class.</summary>
    public required double? Accuracy { get; init; }

    /// <summary>Its error.</summary>
    public required double? AccuracyError { get; init; }

    /// <summary>Area under the ROC curve of each class against the others.</summary>
    public required IReadOnlyDictionary<string, double?> Auc { get; init; }

    /// <summary>Its error.</summary>
    public required IReadOnlyDictionary<string, double?> AucError { get; init; }

    /// <summary>False-positive rate at the threshold that keeps 99 % of a class.</summary>
    [JsonPropertyName("fpr_at_tpr_99")]
    public required IReadOnlyDictionary<string, double?> FprAtTpr99 { get; init; }

    /// <summary>Its error.</summary>
    [JsonPropertyName("fpr_at_tpr_99_error")]
    public required IReadOnlyDictionary<string, double?> FprAtTpr99Error { get; init; }

    /// <summary>False-positive rate at the threshold that keeps 95 % of a class.</summary>
    [JsonPropertyName("fpr_at_tpr_95")]
    public required IReadOnlyDictionary<string, double?> FprAtTpr95 { get; init; }

    /// <summary>Its error.</summary>
    [JsonPropertyName("fpr_at_tpr_95_error")]
    public required IReadOnlyDictionary<string, double?> FprAtTpr95Error { get; init; }

    /// <summary>False-positive rate at the threshold that keeps 90 % of a class.</summary>
    [JsonPropertyName("fpr_at_tpr_90")]
    public required IReadOnlyDictionary<string, double?> FprAtTpr90 { get; init; }

    /// <summary>Its error.</summary>
    [JsonPropertyName("fpr_at_tpr_90_error")]
    public required IReadOnlyDictionary<string, double?> FprAtTpr90Error { get; init; }

    /// <summary>Expected calibration error of each class's probabilities; see <see cref="CalibrationCurve.Error"/>.</summary>
    public required IReadOnlyDictionary<string, double?> CalibrationError { get; init; }

    /// <summary>Events by true class (rows) and predicted class (columns), in the order of the labels.</summary>
    public required IReadOnlyList<IReadOnlyList<int>> Confusion { get; init; }

    /// <summary>The metrics as a JSON object, for a larger document to take in.</summary>
    public JsonObject ToJson() => JsonSerializer.SerializeToNode(this, LearningJson.Default.ClassificationMetrics)!.AsObject();
}
