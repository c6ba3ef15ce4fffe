using System.Globalization;
using DaprHep.Learning.Models;

namespace DaprHep.Learning.Artifacts.Onnx;

/// <summary>
/// A classifier in ONNX, for whoever runs it elsewhere. It takes features as physics computes them (<c>features</c>; scaled inside) and
/// particles as the feature stage prepares them (<c>particles</c>, <c>lengths</c>), as far as the model reads them, and gives
/// <c>probabilities</c>.
/// </summary>
/// <param name="File">The content of <c>model.onnx</c>.</param>
/// <param name="Inputs">Its inputs.</param>
/// <param name="Output">Its output.</param>
internal sealed record OnnxModel(byte[] File, IReadOnlyList<OnnxTensor> Inputs, OnnxTensor Output)
{
    // IR 8 and operator set 13 are of 2021 and 2020: every runtime in use reads them.
    private const int IrVersion = 8, OperatorSet = 13, ClassicalOperatorSet = 1;

    /// <summary>Writes a classifier; the same one gives the same bytes.</summary>
    /// <param name="model">The classifier.</param>
    /// <param name="description">What <c>model.json</c> says about it.</param>
    internal static OnnxModel From(Classifier model, ModelDescription description)
    {
        var graph = new OnnxGraph(description.Features);
        var probabilities = graph.Add("Softmax", [model.AddTo(graph)], new OnnxAttribute("axis", 1L));
        var output = new OnnxTensor("probabilities", "float32", ["events", model.Classes.ToString(CultureInfo.InvariantCulture)]);
        var file = new ProtobufWriter();
        file.Number(1, IrVersion);
        file.Text(2, "DaprHep");
        file.Message(7, writer => graph.WriteTo(writer, model.Name, probabilities, output));
        foreach (var (domain, version) in new[] { ("", OperatorSet), ("ai.onnx.ml", ClassicalOperatorSet) })
        {
            file.Message(8, set =>
            {
                set.Text(1, domain);
                set.Number(2, version);
            });
        }

        file.Message(14, entry =>
        {
            entry.Text(1, "classes");
            entry.Text(2, string.Join(',', description.Classes));
        });
        return new OnnxModel(file.Written.ToArray(), graph.Inputs, output);
    }
}
