using System.Security.Cryptography;
using System.Text.Json;
using DaprHep.Learning.Artifacts.Onnx;
using DaprHep.Learning.Models;

namespace DaprHep.Learning.Artifacts;

/// <summary>A model as the bytes of its files; whoever stores them does so atomically.</summary>
/// <param name="Weights">The content of <c>model.safetensors</c>.</param>
/// <param name="Description">The content of <c>model.json</c>.</param>
public sealed record SavedModel(byte[] Weights, byte[] Description)
{
    /// <summary>The name of the weights file.</summary>
    public const string WeightsName = "model.safetensors";

    /// <summary>The name of the file for other runtimes.</summary>
    public const string OnnxName = "model.onnx";

    /// <summary>The name of the description file.</summary>
    public const string DescriptionName = "model.json";

    /// <summary>The content of <c>model.onnx</c>, which is not needed to load the model again; null where it has not been read.</summary>
    public byte[]? Onnx { get; init; }

    /// <summary>Serialises a model. The weights file depends on nothing but the weights and the model's name.</summary>
    /// <param name="model">The trained model.</param>
    /// <param name="description">What to say about it; name, hyper-parameters, digests and interface are filled in.</param>
    public static SavedModel From(Classifier model, ModelDescription description)
    {
        var weights = SafetensorsWriter.Write(model.ExportWeights(), new Dictionary<string, string> { ["model"] = model.Name });
        CheckFits(description, model.Features, model.Classes);
        var onnx = OnnxModel.From(model, description);
        var complete = description with
        {
            Model = model.Name,
            Parameters = model.Parameters,
            WeightsSha256 = Convert.ToHexStringLower(SHA256.HashData(weights)),
            OnnxSha256 = Convert.ToHexStringLower(SHA256.HashData(onnx.File)),
            OnnxInputs = onnx.Inputs,
            OnnxOutput = onnx.Output,
        };
        return new SavedModel(weights, JsonSerializer.SerializeToUtf8Bytes(complete, LearningJson.Default.ModelDescription))
        {
            Onnx = onnx.File,
        };
    }

    /// <summary>Reads <c>model.json</c> alone.</summary>
    /// <param name="json">Its content.</param>
    /// <exception cref="ModelFormatException">It is malformed; the message gives the field.</exception>
    public static ModelDescription ReadDescription(ReadOnlySpan<byte> json)
    {
        ModelDescription? description;
        try
        {
            description = JsonSerializer.Deserialize(json, LearningJson.Default.ModelDescription);
        }
        catch (JsonException malformed)
        {
            throw new ModelFormatException(
                $"{DescriptionName} is malformed at {malformed.Path ?? "its beginning"}: {malformed.Message}", malformed);
        }

        if (description is null)
            throw new ModelFormatException($"{DescriptionName} is null");
        if (description.Format != ModelDescription.CurrentFormat)
        {
            throw new ModelFormatException(
                $"{DescriptionName} has format {description.Format}; this version reads {ModelDescription.CurrentFormat}");
        }
        CheckLists(description);
        return description;
    }

    /// <summary>Makes the model again, ready for use.</summary>
    /// <returns>The model, for the caller to dispose, and its description.</returns>
    /// <exception cref="ModelFormatException">A file is malformed, or the two do not belong together.</exception>
    /// <exception cref="UnknownModelException">This version has no such model.</exception>
    public (Classifier Model, ModelDescription Description) Load()
    {
        var description = ReadDescription(Description);
        var digest = Convert.ToHexStringLower(SHA256.HashData(Weights));
        if (description.WeightsSha256 is { } expected && !string.Equals(expected, digest, StringComparison.OrdinalIgnoreCase))
        {
            throw new ModelFormatException(
                $"{WeightsName} has SHA-256 {digest}, {DescriptionName} asks for {expected}: they are not of one model");
        }

        var tensors = SafetensorsReader.Read(Weights);
        if (description.Features.Count == 0 || description.Classes.Count < 2)
        {
            throw new ModelFormatException(
                $"{DescriptionName} names {description.Features.Count} features and {description.Classes.Count} classes; "
                + "at least 1 and 2 are needed");
        }

        var model = Create(description);
        try
        {
            model.ImportWeights(tensors);
            CheckFinite(tensors);
            return (model, description);
        }
        catch
        {
            model.Dispose();
            throw;
        }
    }

    private static void CheckFinite(IReadOnlyList<NamedTensor> tensors)
    {
        foreach (var tensor in tensors)
        {
            var wrong = Array.FindIndex(tensor.Values, value => !float.IsFinite(value));
            if (wrong >= 0)
            {
                throw new ModelFormatException(
                    $"Tensor '{tensor.Name}' holds {tensor.Values[wrong]} at {wrong}; every weight must be a finite number");
            }
        }
    }

    private static void CheckLists(ModelDescription description)
    {
        for (var i = 0; i < description.Features.Count; i++)
        {
            // JSON has no infinity, and yet numbers that become one.
            if (description.Features[i] is not { } feature || !double.IsFinite(feature.Min) || !double.IsFinite(feature.Max))
                throw new ModelFormatException($"{DescriptionName} is malformed at $.features[{i}]: expected a name and a finite range");
        }

        if (description.Classes.Any(name => name is null) || description.Classes.Distinct().Count() < description.Classes.Count)
            throw new ModelFormatException($"{DescriptionName} is malformed at $.classes: expected names that differ");
    }

    private static Classifier Create(ModelDescription description)
    {
        try
        {
            return ModelRegistry.Create(
                description.Model, description.Features.Count, description.Classes.Count, seed: 0, description.Parameters);
        }
        catch (HyperParameterException e)
        {
            throw new ModelFormatException($"{DescriptionName}: {e.Message}", e);
        }
    }

    private static void CheckFits(ModelDescription description, int features, int classes)
    {
        if (description.Features.Count != features || description.Classes.Count != classes)
        {
            throw new ArgumentException(
                $"The description names {description.Features.Count} features and {description.Classes.Count} classes; "
                + $"the model has {features} and {classes}",
                nameof(description));
        }
    }
}
