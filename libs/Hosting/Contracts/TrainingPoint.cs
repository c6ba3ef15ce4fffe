using System.Text.Json.Serialization;

namespace DaprHep.Hosting.Contracts;

/// <summary>How a training stands at one moment: a point of its live curves. What is not known, or is no number, is null.</summary>
/// <param name="Epoch">The epoch, from 1.</param>
/// <param name="Share">How much of the training is done, from 0 to 1.</param>
/// <param name="IsEpoch">Whether it tells of a whole epoch; else of the steps since the last point.</param>
public sealed record TrainingPoint(int Epoch, double Share, bool IsEpoch)
{
    /// <summary>Mean cross-entropy of the training events.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public double? Loss { get; init; }

    /// <summary>Mean cross-entropy of the test events; of whole epochs.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public double? TestLoss { get; init; }

    /// <summary>Part of the events put into their own class: of test events for a whole epoch, else of training events.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public double? Accuracy { get; init; }

    /// <summary>Mean over the classes of the area under the ROC curve, of training events.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public double? Auc { get; init; }

    /// <summary>A value as JSON can have it.</summary>
    public static double? Known(double? value) => value is { } number && double.IsFinite(number) ? number : null;
}
