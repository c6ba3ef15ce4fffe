using System.Globalization;
using System.Runtime.InteropServices;

namespace DaprHep.Learning.Artifacts.Onnx;

/// <summary>
/// A computation in ONNX (github.com/onnx/onnx, docs/IR.md; field numbers from onnx.proto): nodes in the order in which they are added,
/// each named after its number, so that a model always gives the same bytes.
/// </summary>
internal sealed class OnnxGraph
{
    /// <summary>Element types, as in TensorProto.DataType.</summary>
    private const int Float = 1, Int32 = 6, Int64 = 7, Double = 11;

    private readonly ProtobufWriter _nodes = new();
    private readonly ProtobufWriter _constants = new();
    private readonly ProtobufWriter _inputs = new();
    private readonly List<OnnxTensor> _declared = [];
    private readonly IReadOnlyList<FeatureScaling> _scaling;
    private int _count;
    private string? _raw;
    private string? _scaled;

    /// <summary>Starts a graph.</summary>
    /// <param name="scaling">The features that events have, and how they are scaled.</param>
    internal OnnxGraph(IReadOnlyList<FeatureScaling> scaling) => _scaling = scaling;

    /// <summary>The inputs that have been asked for.</summary>
    internal IReadOnlyList<OnnxTensor> Inputs => _declared;

    /// <summary>The input with the features as physics computes them, [events, features].</summary>
    internal string RawFeatures() => _raw ??=
        Input("features", Float, "float32", "events", _scaling.Count.ToString(CultureInfo.InvariantCulture));

    /// <summary>The features scaled in the graph as <see cref="FeatureScaling.Apply"/> does, in double precision until the end.</summary>
    internal string ScaledFeatures()
    {
        if (_scaled is not null)
            return _scaled;
        // A feature that never varied becomes (value − min)/∞ + 0.5.
        var varies = Array.ConvertAll([.. _scaling], feature => feature.Max > feature.Min);
        var shift = Constant("min", [.. _scaling.Select(feature => feature.Min)]);
        var width = Constant(
            "width", [.. _scaling.Select((feature, k) => varies[k] ? feature.Max - feature.Min : double.PositiveInfinity)]);
        var scaled = Add("Div", [Add("Sub", [Add("Cast", [RawFeatures()], new OnnxAttribute("to", (long)Double)), shift]), width]);
        if (varies.Contains(false))
            scaled = Add("Add", [scaled, Constant("middle", [.. varies.Select(v => v ? 0.0 : 0.5)])]);
        return _scaled = Add("Cast", [scaled], new OnnxAttribute("to", (long)Float));
    }

    /// <summary>
    /// The inputs with particles as the feature stage sorts and standardises them, [events, steps, 19], and with each event's number of
    /// steps; what follows an event's last step is not looked at.
    /// </summary>
    /// <returns>The particles as [steps, events, 19], and the numbers of steps.</returns>
    internal (string Sequence, string Lengths) Particles()
    {
        var particles = Input("particles", Float, "float32", "events", "steps", "19");
        var lengths = Input("lengths", Int32, "int32", "events");
        return (Add("Transpose", [particles], new OnnxAttribute("perm", [1L, 0L, 2L])), lengths);
    }

    /// <summary>Adds float32 weights.</summary>
    internal string Constant(string name, ReadOnlySpan<float> values, params long[] shape) =>
        Tensor(name, Float, MemoryMarshal.AsBytes(values), shape);

    /// <summary>Adds whole numbers.</summary>
    internal string Constant(string name, ReadOnlySpan<long> values) => Tensor(name, Int64, MemoryMarshal.AsBytes(values), values.Length);

    private string Constant(string name, ReadOnlySpan<double> values) => Tensor(name, Double, MemoryMarshal.AsBytes(values), values.Length);

    /// <summary>Adds a node of ONNX's own operators.</summary>
    /// <param name="operation">The operator.</param>
    /// <param name="inputs">Its inputs; empty for one that is left out.</param>
    /// <param name="attributes">Its attributes.</param>
    /// <returns>Its first output.</returns>
    internal string Add(string operation, IReadOnlyList<string> inputs, params OnnxAttribute[] attributes) =>
        AddNode("", operation, inputs, 1, attributes);

    /// <summary>Adds a node of ONNX's operators for classical machine learning.</summary>
    /// <inheritdoc cref="Add"/>
    internal string AddClassical(string operation, IReadOnlyList<string> inputs, params OnnxAttribute[] attributes) =>
        AddNode("ai.onnx.ml", operation, inputs, 1, attributes);

    /// <summary>Adds a node and takes its second output.</summary>
    /// <inheritdoc cref="Add"/>
    internal string AddForSecond(string operation, IReadOnlyList<string> inputs, params OnnxAttribute[] attributes) =>
        AddNode("", operation, inputs, 2, attributes);

    /// <summary>Writes the GraphProto.</summary>
    /// <param name="writer">Where to.</param>
    /// <param name="name">The graph's name.</param>
    /// <param name="result">The tensor that is the result.</param>
    /// <param name="output">What the result is called.</param>
    internal void WriteTo(ProtobufWriter writer, string name, string result, OnnxTensor output)
    {
        AddNode("", "Identity", [result], 1, [], output.Name);
        writer.Append(_nodes);
        writer.Text(2, name);
        writer.Append(_constants);
        writer.Append(_inputs);
        writer.Message(12, value => WriteValue(value, output, Float));
    }

    private string AddNode(
        string domain, string operation, IReadOnlyList<string> inputs, int output, IReadOnlyList<OnnxAttribute> attributes,
        string? called = null)
    {
        var result = called ?? Name(operation);
        _nodes.Message(1, node =>
        {
            foreach (var input in inputs)
                node.Text(1, input);
            for (var i = 1; i < output; i++)
                node.Text(2, "");
            node.Text(2, result);
            node.Text(3, $"node_{result}");
            node.Text(4, operation);
            foreach (var attribute in attributes)
                node.Message(5, attribute.WriteTo);
            if (domain.Length > 0)
                node.Text(7, domain);
        });
        return result;
    }

    private string Tensor(string name, int type, ReadOnlySpan<byte> bytes, params ReadOnlySpan<long> shape)
    {
        var called = Name(name);
        var (content, dimensions) = (bytes.ToArray(), shape.ToArray());
        _constants.Message(5, tensor =>
        {
            foreach (var size in dimensions)
                tensor.Number(1, size);
            tensor.Number(2, type);
            tensor.Text(8, called);
            tensor.Bytes(9, content);
        });
        return called;
    }

    private string Input(string name, int type, string typeName, params string[] shape)
    {
        var tensor = new OnnxTensor(name, typeName, shape);
        _declared.Add(tensor);
        _inputs.Message(11, value => WriteValue(value, tensor, type));
        return name;
    }

    private string Name(string what) => string.Create(CultureInfo.InvariantCulture, $"{what}_{_count++}");

    // ValueInfoProto → TypeProto → TypeProto.Tensor → TensorShapeProto → Dimension.
    private static void WriteValue(ProtobufWriter value, OnnxTensor tensor, int type)
    {
        value.Text(1, tensor.Name);
        value.Message(2, of => of.Message(1, inner =>
        {
            inner.Number(1, type);
            inner.Message(2, shape =>
            {
                foreach (var size in tensor.Shape)
                {
                    shape.Message(1, dimension =>
                    {
                        if (long.TryParse(size, NumberStyles.None, CultureInfo.InvariantCulture, out var known))
                            dimension.Number(1, known);
                        else
                            dimension.Text(2, size);
                    });
                }
            });
        }));
    }
}
