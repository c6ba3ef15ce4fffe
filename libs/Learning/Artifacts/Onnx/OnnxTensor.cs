namespace DaprHep.Learning.Artifacts.Onnx;

/// <summary>An input or the output of <c>model.onnx</c>, as <c>model.json</c> lists it.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Type">The type of its elements, e.g. <c>float32</c>.</param>
/// <param name="Shape">The sizes of its dimensions; those that depend on the events have a name.</param>
public sealed record OnnxTensor(string Name, string Type, IReadOnlyList<string> Shape);
