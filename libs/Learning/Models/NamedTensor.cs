namespace DaprHep.Learning.Models;

/// <summary>One weight of a model, by name.</summary>
/// <param name="Name">Its name, e.g. <c>dense1.weight</c>.</param>
/// <param name="Shape">The sizes of its dimensions; a dense weight is [outputs, inputs], as in PyTorch.</param>
/// <param name="Values">Its elements in row-major order.</param>
public sealed record NamedTensor(string Name, IReadOnlyList<int> Shape, float[] Values);
