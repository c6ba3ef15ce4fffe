using DaprHep.Learning.Artifacts.Onnx;
using DaprHep.Learning.Training;

namespace DaprHep.Learning.Models.Dense;

/// <summary>
/// Dense layers with ReLU between them and a softmax cross-entropy at the end, over parameters that belong to the network around them.
/// Matrices have one column an event (<see cref="ColumnBlock"/>).
/// </summary>
internal sealed class DenseStack
{
    private readonly Layer[] _layers;
    private readonly bool _passesErrorsOn;

    /// <summary>Describes the layers.</summary>
    /// <param name="inputs">How many values an event has.</param>
    /// <param name="layers">Name and width of each layer; the last gives the scores.</param>
    /// <param name="first">Where its parameters begin among those of the network.</param>
    /// <param name="passesErrorsOn">Whether <see cref="Backward"/> computes <see cref="InputErrors"/>.</param>
    internal DenseStack(int inputs, IReadOnlyList<(string Name, int Width)> layers, int first, bool passesErrorsOn)
    {
        Inputs = inputs;
        _passesErrorsOn = passesErrorsOn;
        _layers = new Layer[layers.Count];
        for (var i = 0; i < _layers.Length; i++)
        {
            _layers[i] = new Layer(layers[i].Name, inputs, layers[i].Width, first);
            (inputs, first) = (layers[i].Width, _layers[i].End);
        }
    }

    /// <summary>How many values an event has.</summary>
    internal int Inputs { get; }

    /// <summary>Columns in use: whole blocks.</summary>
    internal int Columns { get; private set; }

    /// <summary>From row to row.</summary>
    internal int Stride { get; private set; }

    /// <summary>What the first layer reads, [inputs, stride]; columns after the last event must be finite.</summary>
    internal Span<float> Source => _layers[0].Source.Span;

    /// <summary>The scores, [classes, stride].</summary>
    internal Span<float> Scores => _layers[^1].Values.Span;

    /// <summary>The loss's derivatives by what the first layer read, [inputs, stride].</summary>
    internal Span<float> InputErrors => _layers[0].SourceErrors.Span;

    /// <summary>Its parameters, in their order.</summary>
    internal IEnumerable<ParameterPlace> Places => _layers.SelectMany(layer => layer.Places);

    /// <summary>Glorot-uniform matrices; biases stay zero.</summary>
    internal void Initialise(Span<float> parameters, ref SeededRandom random)
    {
        foreach (var layer in _layers)
            GlorotUniform.Matrix(layer.Outputs, layer.Inputs, ref random).CopyTo(layer.Weights(parameters));
    }

    /// <summary>Makes room for a number of events; <see cref="Source"/> is to be filled afterwards.</summary>
    internal void MakeRoom(int events)
    {
        Columns = ColumnBlock.Padded(events);
        if (Columns <= Stride)
            return;
        Stride = Columns;
        var source = new AlignedFloats(Inputs * Stride);
        if (_passesErrorsOn)
            _layers[0].SourceErrors = new AlignedFloats(Inputs * Stride);
        foreach (var layer in _layers)
        {
            layer.Source = source;
            layer.Values = source = new AlignedFloats(layer.Outputs * Stride);
            layer.Errors = new AlignedFloats(layer.Outputs * Stride);
        }
    }

    /// <summary>Puts values of events, which come event by event, into rows of <see cref="Source"/>.</summary>
    /// <param name="values">[events, width].</param>
    /// <param name="width">How many values an event has here.</param>
    /// <param name="firstRow">The row of the first value.</param>
    /// <param name="events">How many events there are.</param>
    internal void Place(ReadOnlySpan<float> values, int width, int firstRow, int events)
    {
        for (var value = 0; value < width; value++)
        {
            var row = Source.Slice((firstRow + value) * Stride, Columns);
            for (var column = 0; column < events; column++)
                row[column] = values[column * width + value];
            row[events..].Clear();
        }
    }

    /// <summary>From <see cref="Source"/> to <see cref="Scores"/>.</summary>
    internal void Forward(Span<float> parameters)
    {
        for (var i = 0; i < _layers.Length; i++)
        {
            var layer = _layers[i];
            var weights = layer.Weights(parameters);
            var biases = layer.Biases(parameters);
            if (i < _layers.Length - 1)
            {
                MatrixProduct.Compute(
                    weights, layer.Inputs, 1, layer.Source.Span, layer.Values.Span, layer.Outputs, layer.Inputs, Columns, Stride,
                    new MatrixProduct.BiasedRelu(biases));
            }
            else
            {
                MatrixProduct.Compute(
                    weights, layer.Inputs, 1, layer.Source.Span, layer.Values.Span, layer.Outputs, layer.Inputs, Columns, Stride,
                    new MatrixProduct.Biased(biases));
            }
        }
    }

    /// <summary>The mean loss of the scores, and the start of the backward pass.</summary>
    /// <param name="labels">The true classes, one an event.</param>
    /// <param name="classWeights">How much an event of each class counts; empty where all count the same.</param>
    internal float Loss(ReadOnlySpan<long> labels, ReadOnlySpan<float> classWeights)
    {
        var output = _layers[^1];
        return SoftmaxLoss.Compute(output.Values.Span, labels, classWeights, output.Errors.Span, output.Outputs, Stride);
    }

    /// <summary>Computes the gradients of the last loss.</summary>
    internal void Backward(Span<float> parameters, Span<float> gradients)
    {
        for (var i = _layers.Length - 1; i >= 0; i--)
        {
            var layer = _layers[i];
            var errors = layer.Errors.Span;
            GradientProduct.Compute(errors, layer.Source.Span, layer.Weights(gradients), layer.Biases(gradients), Columns, Stride);
            if (i > 0)
            {
                MatrixProduct.Compute(
                    layer.Weights(parameters), 1, layer.Inputs, errors, _layers[i - 1].Errors.Span, layer.Inputs, layer.Outputs,
                    Columns, Stride, new MatrixProduct.ThroughRelu(layer.Source.Span));
            }
            else if (_passesErrorsOn)
            {
                MatrixProduct.Compute(
                    layer.Weights(parameters), 1, layer.Inputs, errors, layer.SourceErrors.Span, layer.Inputs, layer.Outputs,
                    Columns, Stride, default(MatrixProduct.Plain));
            }
        }
    }

    /// <summary>Adds the layers to an ONNX graph.</summary>
    /// <param name="graph">The graph.</param>
    /// <param name="source">What the first layer reads, [events, inputs].</param>
    /// <param name="parameters">The network's parameters.</param>
    /// <returns>The scores, [events, classes].</returns>
    internal string AddTo(OnnxGraph graph, string source, Span<float> parameters)
    {
        for (var i = 0; i < _layers.Length; i++)
        {
            var layer = _layers[i];
            if (i > 0)
                source = graph.Add("Relu", [source]);
            var weights = graph.Constant(layer.Places[0].Name, layer.Weights(parameters), layer.Outputs, layer.Inputs);
            var biases = graph.Constant(layer.Places[1].Name, layer.Biases(parameters), layer.Outputs);
            source = graph.Add("Gemm", [source, weights, biases], new OnnxAttribute("transB", 1L));
        }

        return source;
    }

    /// <summary>Copies the scores out.</summary>
    /// <param name="column">The event's column.</param>
    /// <param name="row">Receives its scores.</param>
    internal void CopyScores(int column, Span<float> row)
    {
        var scores = Scores;
        for (var c = 0; c < row.Length; c++)
            row[c] = scores[c * Stride + column];
    }

    /// <summary>Where a layer's parameters lie, and what it computes for a batch.</summary>
    private sealed class Layer(string name, int inputs, int outputs, int first)
    {
        internal int Inputs => inputs;

        internal int Outputs => outputs;

        internal int End => first + (inputs + 1) * outputs;

        internal ParameterPlace[] Places =>
        [
            new(name + ".weight", [outputs, inputs], first),
            new(name + ".bias", [outputs], first + inputs * outputs),
        ];

        /// <summary>Its inputs, [inputs, stride].</summary>
        internal AlignedFloats Source { get; set; }

        /// <summary>The loss's derivatives by its inputs, [inputs, stride]; only of a first layer that passes them on.</summary>
        internal AlignedFloats SourceErrors { get; set; }

        /// <summary>Its outputs, [outputs, stride].</summary>
        internal AlignedFloats Values { get; set; }

        /// <summary>The loss's derivatives by its sums before the ReLU, [outputs, stride].</summary>
        internal AlignedFloats Errors { get; set; }

        /// <summary>[outputs, inputs].</summary>
        internal Span<float> Weights(Span<float> parameters) => parameters.Slice(first, inputs * outputs);

        /// <summary>[outputs].</summary>
        internal Span<float> Biases(Span<float> parameters) => parameters.Slice(first + inputs * outputs, outputs);
    }
}
