using DaprHep.Learning.Artifacts;

namespace DaprHep.Learning.Models;

/// <summary>Checks weights from outside against what a model expects.</summary>
internal static class WeightFit
{
    /// <summary>The given tensors in the order of the expected ones.</summary>
    /// <exception cref="ModelFormatException">A tensor is missing, superfluous or of another shape.</exception>
    internal static NamedTensor[] Ordered(string model, IReadOnlyList<NamedTensor> expected, IReadOnlyList<NamedTensor> given)
    {
        var byName = given.ToDictionary(tensor => tensor.Name, StringComparer.Ordinal);
        var ordered = new NamedTensor[expected.Count];
        for (var i = 0; i < ordered.Length; i++)
        {
            var wanted = expected[i];
            if (!byName.Remove(wanted.Name, out var found))
                throw new ModelFormatException($"The weights lack tensor '{wanted.Name}' of model '{model}'");
            if (!found.Shape.SequenceEqual(wanted.Shape))
            {
                throw new ModelFormatException(
                    $"Tensor '{wanted.Name}' has shape [{string.Join(", ", found.Shape)}]; "
                    + $"model '{model}' needs [{string.Join(", ", wanted.Shape)}]");
            }

            ordered[i] = found;
        }

        if (byName.Count > 0)
        {
            throw new ModelFormatException(
                $"The weights have tensors that model '{model}' does not know: {string.Join(", ", byName.Keys)}");
        }
        return ordered;
    }
}
