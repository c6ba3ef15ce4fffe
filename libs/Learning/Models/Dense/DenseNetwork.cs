using System.Numerics.Tensors;
using DaprHep.Learning.Training;

namespace DaprHep.Learning.Models.Dense;

/// <summary>
/// A network of dense layers with ReLU between them, computed, differentiated and stepped by our own SIMD kernels. For networks this
/// small the overhead of a tensor library is many times the arithmetic; the results agree with libtorch's to rounding.
/// </summary>
public sealed class DenseNetwork : Classifier
{
    private const int PredictionBlock = 16 * ColumnBlock.Width;

    private readonly Layer[] _layers;
    private readonly AlignedFloats _parameters;
    private readonly AlignedFloats _gradients;
    private readonly AdamStep _adam;
    private long[] _labels = [];
    private int _columns;
    private int _stride;

    /// <summary>Makes a network with fresh weights: Glorot-uniform matrices and zero biases.</summary>
    /// <param name="name">The model's name.</param>
    /// <param name="features">How many features an event has.</param>
    /// <param name="hidden">The widths of the hidden layers.</param>
    /// <param name="classes">How many classes to tell apart.</param>
    /// <param name="seed">Decides the starting weights.</param>
    public DenseNetwork(string name, int features, IReadOnlyList<int> hidden, int classes, ulong seed) : base(name, features, classes)
    {
        _layers = new Layer[hidden.Count + 1];
        var (inputs, first) = (features, 0);
        for (var i = 0; i < _layers.Length; i++)
        {
            var isLast = i == hidden.Count;
            _layers[i] = new Layer(isLast ? "output" : $"dense{i + 1}", inputs, isLast ? classes : hidden[i], first);
            (inputs, first) = (_layers[i].Outputs, _layers[i].End);
        }

        _parameters = new AlignedFloats(ColumnBlock.Padded(first));
        _gradients = new AlignedFloats(_parameters.Length);
        _adam = new AdamStep(_parameters.Length);
        var random = new SeededRandom(seed, SeededRandom.Stream.Weights);
        foreach (var layer in _layers)
            GlorotUniform.Matrix(layer.Outputs, layer.Inputs, ref random).CopyTo(layer.Weights(_parameters.Span));
    }

    /// <inheritdoc/>
    public override void Forward(EventBatch batch)
    {
        MakeRoom(batch.Count);
        if (_labels.Length != batch.Count)
            _labels = new long[batch.Count];
        batch.Labels.AsSpan(0, batch.Count).CopyTo(_labels);
        Compute(batch.Features.AsSpan(0, batch.Count * Features));
    }

    /// <inheritdoc/>
    public override float Loss()
    {
        var output = _layers[^1];
        return SoftmaxLoss.Compute(output.Values.Span, _labels, output.Errors.Span, Classes, _stride);
    }

    /// <inheritdoc/>
    public override void Backward()
    {
        var parameters = _parameters.Span;
        var gradients = _gradients.Span;
        for (var i = _layers.Length - 1; i >= 0; i--)
        {
            var layer = _layers[i];
            var errors = layer.Errors.Span;
            GradientProduct.Compute(errors, layer.Source.Span, layer.Weights(gradients), layer.Biases(gradients), _columns, _stride);
            if (i == 0)
                continue;
            MatrixProduct.Compute(
                layer.Weights(parameters), 1, layer.Inputs, errors, _layers[i - 1].Errors.Span, layer.Inputs, layer.Outputs,
                _columns, _stride, new MatrixProduct.ThroughRelu(layer.Source.Span));
        }
    }

    /// <inheritdoc/>
    public override double ClipGradients(double maxNorm)
    {
        var gradients = _gradients.Span;
        var norm = TensorPrimitives.Norm(gradients);
        if (norm > maxNorm)
            TensorPrimitives.Multiply(gradients, (float)(maxNorm / norm), gradients);
        return norm;
    }

    /// <inheritdoc/>
    public override void Step(double learningRate) => _adam.Apply(_parameters.Span, _gradients.Span, learningRate);

    /// <inheritdoc/>
    public override void Logits(ReadOnlySpan<float> features, Span<float> logits)
    {
        for (var first = 0; first < features.Length; first += PredictionBlock * Features)
        {
            var block = features.Slice(first, Math.Min(PredictionBlock * Features, features.Length - first));
            var events = block.Length / Features;
            MakeRoom(events);
            Compute(block);
            var scores = _layers[^1].Values.Span;
            var rows = logits.Slice(first / Features * Classes, events * Classes);
            for (var i = 0; i < events; i++)
            {
                for (var c = 0; c < Classes; c++)
                    rows[i * Classes + c] = scores[c * _stride + i];
            }
        }
    }

    /// <inheritdoc/>
    public override IReadOnlyList<NamedTensor> ExportWeights() => Tensors(_parameters.Span);

    /// <inheritdoc/>
    public override void ImportWeights(IReadOnlyList<NamedTensor> weights)
    {
        var fitting = WeightFit.Ordered(Name, ExportWeights(), weights);
        for (var i = 0; i < _layers.Length; i++)
        {
            fitting[2 * i].Values.CopyTo(_layers[i].Weights(_parameters.Span));
            fitting[2 * i + 1].Values.CopyTo(_layers[i].Biases(_parameters.Span));
        }
    }

    /// <summary>Copies of the gradients that the last backward pass left, by the names of their weights.</summary>
    public IReadOnlyList<NamedTensor> ExportGradients() => Tensors(_gradients.Span);

    private void Compute(ReadOnlySpan<float> events)
    {
        var parameters = _parameters.Span;
        Transpose(events, _layers[0].Source.Span);
        for (var i = 0; i < _layers.Length; i++)
        {
            var layer = _layers[i];
            var weights = layer.Weights(parameters);
            var biases = layer.Biases(parameters);
            if (i < _layers.Length - 1)
            {
                MatrixProduct.Compute(
                    weights, layer.Inputs, 1, layer.Source.Span, layer.Values.Span, layer.Outputs, layer.Inputs, _columns, _stride,
                    new MatrixProduct.BiasedRelu(biases));
            }
            else
            {
                MatrixProduct.Compute(
                    weights, layer.Inputs, 1, layer.Source.Span, layer.Values.Span, layer.Outputs, layer.Inputs, _columns, _stride,
                    new MatrixProduct.Biased(biases));
            }
        }
    }

    private void Transpose(ReadOnlySpan<float> events, Span<float> columns)
    {
        var count = events.Length / Features;
        for (var feature = 0; feature < Features; feature++)
        {
            var row = columns.Slice(feature * _stride, _columns);
            for (var i = 0; i < count; i++)
                row[i] = events[i * Features + feature];
            row[count..].Clear();
        }
    }

    private void MakeRoom(int events)
    {
        _columns = ColumnBlock.Padded(events);
        if (_columns <= _stride)
            return;
        _stride = _columns;
        var source = new AlignedFloats(Features * _stride);
        foreach (var layer in _layers)
        {
            layer.Source = source;
            layer.Values = source = new AlignedFloats(layer.Outputs * _stride);
            layer.Errors = new AlignedFloats(layer.Outputs * _stride);
        }
    }

    private NamedTensor[] Tensors(ReadOnlySpan<float> parameters)
    {
        var tensors = new NamedTensor[2 * _layers.Length];
        for (var i = 0; i < _layers.Length; i++)
        {
            var layer = _layers[i];
            var weights = layer.Inputs * layer.Outputs;
            tensors[2 * i] = new NamedTensor(
                layer.Name + ".weight", [layer.Outputs, layer.Inputs], parameters.Slice(layer.First, weights).ToArray());
            tensors[2 * i + 1] = new NamedTensor(
                layer.Name + ".bias", [layer.Outputs], parameters.Slice(layer.First + weights, layer.Outputs).ToArray());
        }

        return tensors;
    }

    /// <summary>Where a layer's parameters lie, and what it computes for a batch.</summary>
    private sealed class Layer(string name, int inputs, int outputs, int first)
    {
        internal string Name => name;

        internal int Inputs => inputs;

        internal int Outputs => outputs;

        internal int First => first;

        internal int End => first + (inputs + 1) * outputs;

        /// <summary>Its inputs, [inputs, stride].</summary>
        internal AlignedFloats Source { get; set; }

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
