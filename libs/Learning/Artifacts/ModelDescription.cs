using System.Text.Json.Nodes;
using DaprHep.Learning.Artifacts.Onnx;
using DaprHep.Data.Datasets;
using DaprHep.Learning.Evaluation;
using DaprHep.Learning.Inference.Drift;
using DaprHep.Learning.Models;

namespace DaprHep.Learning.Artifacts;

/// <summary>What <c>model.json</c> says about a model, beside its weights in <c>model.safetensors</c>.</summary>
public sealed record ModelDescription
{
    /// <summary>The version of this layout that is written and read.</summary>
    public const int CurrentFormat = 1;

    /// <summary>The version of the layout.</summary>
    public int Format { get; init; } = CurrentFormat;

    /// <summary>The model's name in <see cref="ModelRegistry"/>.</summary>
    public required string Model { get; init; }

    /// <summary>The hyper-parameters the model was made with; those left out have their defaults.</summary>
    public HyperParameters Parameters { get; init; } = HyperParameters.None;

    /// <summary>The features in the order of the input, with the scaling they need.</summary>
    public required IReadOnlyList<FeatureScaling> Features { get; init; }

    /// <summary>The names of the classes, by label.</summary>
    public required IReadOnlyList<string> Classes { get; init; }

    /// <summary>The physics profile that made the features.</summary>
    public string? Physics { get; init; }

    /// <summary>SHA-256 of the weights file, lower-case hexadecimal.</summary>
    public string? WeightsSha256 { get; init; }

    /// <summary>SHA-256 of <c>model.onnx</c>, lower-case hexadecimal; null where there is none.</summary>
    public string? OnnxSha256 { get; init; }

    /// <summary>What <c>model.onnx</c> takes: features as physics computes them, particles as the feature stage prepares them.</summary>
    public IReadOnlyList<OnnxTensor>? OnnxInputs { get; init; }

    /// <summary>What it gives.</summary>
    public OnnxTensor? OnnxOutput { get; init; }

    /// <summary>How well it does on its test events.</summary>
    public ClassificationMetrics? Metrics { get; init; }

    /// <summary>Where it comes from: inputs, parameters, software.</summary>
    public JsonObject? Lineage { get; init; }

    /// <summary>What inputs and scores looked like when the model was made, for drift to be seen; null in models of earlier versions.</summary>
    public DriftReference? Reference { get; init; }

    /// <summary>Scales one event's features into what the model takes.</summary>
    /// <param name="raw">Features as physics computes them.</param>
    /// <param name="scaled">Receives (raw − min)/(max − min); 0.5 for a feature that never varied, as in training.</param>
    public void Scale(ReadOnlySpan<float> raw, Span<float> scaled)
    {
        for (var i = 0; i < Features.Count; i++)
            scaled[i] = Features[i].Apply(raw[i]);
    }
}

/// <summary>A feature and the range it had in the training events.</summary>
/// <param name="Name">Its name, e.g. <c>HT</c>.</param>
/// <param name="Min">Its smallest value, which becomes 0.</param>
/// <param name="Max">Its largest value, which becomes 1.</param>
public sealed record FeatureScaling(string Name, double Min, double Max)
{
    /// <summary>Scales one value; a feature that never varied becomes 0.5, as the feature stage has it.</summary>
    /// <param name="value">The value as physics computes it.</param>
    public float Apply(float value) => MinMaxScaling.Scale(value, Min, Max);
}
