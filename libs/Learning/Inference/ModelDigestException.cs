using DaprHep.Learning.Artifacts;

namespace DaprHep.Learning.Inference;

/// <summary>
/// A model's weights are not known to be what its description says: the digest is missing or another. Nothing of them was parsed.
/// </summary>
/// <param name="model">Where the model lies.</param>
/// <param name="expected">The digest in <c>model.json</c>; null where it has none.</param>
/// <param name="found">The digest of <c>model.safetensors</c>.</param>
public sealed class ModelDigestException(string model, string? expected, string found) : Exception(
    expected is null
        ? $"{model}: {SavedModel.DescriptionName} has no weights_sha256; a model without a digest is not served"
        : $"{model}: {SavedModel.WeightsName} has SHA-256 {found}, {SavedModel.DescriptionName} asks for {expected}: the file was altered, "
            + "or belongs to another model")
{
    /// <summary>The digest in <c>model.json</c>; null where it has none.</summary>
    public string? Expected { get; } = expected;

    /// <summary>The digest of <c>model.safetensors</c>.</summary>
    public string Found { get; } = found;
}
