using DaprHep.Learning.Artifacts.Onnx;
using DaprHep.Learning.Inference;
using DaprHep.Learning.Models.Dense;
using DaprHep.Learning.Models.Torch;
using DaprHep.Learning.Training;

namespace DaprHep.Learning.Models.Recurrent;

/// <summary>
/// A recurrent layer over the particles, its output joined with the features where asked for, then dense layers; computed, differentiated
/// and stepped by our own kernels.
/// </summary>
internal sealed class RecurrentNetwork : NeuralClassifier
{
    /// <summary>Events that are judged together.</summary>
    private const int PredictionBlock = 128 * SequenceTile.Width;

    private readonly RecurrentShape _shape;
    private readonly RecurrentLayer _layer;
    private readonly bool _readsFeatures;
    private readonly (string Name, int Width)[] _dense;
    private readonly DenseStack _head;
    private readonly Dropout? _dropout;
    private readonly ParameterSet _parameters;
    private readonly SequencePass _pass;
    private long[] _labels = [];

    /// <summary>Makes a network with fresh weights.</summary>
    /// <param name="name">The model's name.</param>
    /// <param name="shape">What it consists of.</param>
    /// <param name="features">How many features an event has, read or not.</param>
    /// <param name="classes">How many classes to tell apart.</param>
    /// <param name="seed">Decides the starting weights and what is dropped.</param>
    internal RecurrentNetwork(string name, RecurrentShape shape, int features, int classes, ulong seed) : base(name, features, classes)
    {
        _shape = shape;
        _layer = shape.Layer;
        _readsFeatures = shape.ReadsFeatures;
        _dense = shape.Hidden > 0 ? [("dense", shape.Hidden), ("output", classes)] : [("output", classes)];
        _head = NewHead();
        _dropout = shape.Dropout > 0 ? new Dropout(shape.Dropout, seed) : null;
        _parameters = new ParameterSet(name, [.. _layer.Places, .. _head.Places]);
        _pass = new SequencePass(_layer, _head);
        var random = new SeededRandom(seed, SeededRandom.Stream.Weights);
        _layer.Initialise(_parameters.Values, ref random);
        _head.Initialise(_parameters.Values, ref random);
    }

    /// <inheritdoc/>
    public override bool ReadsFeatures => _readsFeatures;

    /// <inheritdoc/>
    public override bool ReadsParticles => true;

    /// <inheritdoc/>
    public override void UseThreads(int threads) => _pass.UseThreads(threads);

    /// <inheritdoc/>
    public override void Forward(EventBatch batch)
    {
        var particles = batch.Particles ?? throw NoParticles();
        Compute(particles, batch.Rows.AsSpan(0, batch.Count), batch.Features, keepsAll: true);
        if (_labels.Length != batch.Count)
            _labels = new long[batch.Count];
        for (var column = 0; column < _labels.Length; column++)
            _labels[column] = batch.Labels[_pass.PositionAt(column)];
        _dropout?.Draw(_head.Source[..(_head.Inputs * _head.Stride)], _head.Columns, _head.Stride, _parameters.Steps);
        _head.Forward(_parameters.Values);
    }

    /// <inheritdoc/>
    public override float Loss() => _head.Loss(_labels, ClassWeights);

    /// <inheritdoc/>
    public override void BatchLogits(Span<float> logits)
    {
        for (var column = 0; column < _labels.Length; column++)
            _head.CopyScores(column, logits.Slice(_pass.PositionAt(column) * Classes, Classes));
    }

    /// <inheritdoc/>
    public override void Backward()
    {
        _head.Backward(_parameters.Values, _parameters.Gradients);
        Exchange?.Send(HeadGradients);
        _dropout?.ApplyAgain(_head.InputErrors[..(_head.Inputs * _head.Stride)], _head.Columns, _head.Stride);
        _pass.Backward(_parameters, LayerGradients);
        Exchange?.Send(LayerGradients);
        Receive();
    }

    /// <inheritdoc/>
    internal override void BackwardOfOthers()
    {
        _parameters.Gradients.Clear();
        Exchange?.Send(HeadGradients);
        Exchange?.Send(LayerGradients);
        Receive();
    }

    /// <inheritdoc/>
    public override double ClipGradients(double maxNorm) => _parameters.ClipGradients(maxNorm);

    /// <inheritdoc/>
    public override void Step(double learningRate) => _parameters.Step(learningRate);

    /// <inheritdoc/>
    public override void Logits(EventInputs events, Span<float> logits)
    {
        var rows = new int[Math.Min(PredictionBlock, events.Count)];
        for (var first = 0; first < events.Count; first += PredictionBlock)
        {
            var count = ComputeBlock(events, first, rows);
            _head.Forward(_parameters.Values);
            for (var column = 0; column < count; column++)
                _head.CopyScores(column, logits.Slice((first + _pass.PositionAt(column)) * Classes, Classes));
        }
    }

    /// <inheritdoc/>
    public override void LogitsOfVariants(EventInputs events, IEnumerable<ReadOnlyMemory<float>> variants, Action<Span<float>> take)
    {
        var outputs = RecurrentOutputs(events);
        var logits = new float[events.Count * Classes];
        foreach (var features in variants)
        {
            for (var first = 0; first < events.Count; first += PredictionBlock)
            {
                var count = Math.Min(PredictionBlock, events.Count - first);
                _head.MakeRoom(count);
                _head.Place(outputs.AsSpan(first * _layer.Units), _layer.Units, 0, count);
                if (_readsFeatures)
                    _head.Place(features.Span[(first * Features)..], Features, _layer.Units, count);
                _head.Forward(_parameters.Values);
                for (var column = 0; column < count; column++)
                    _head.CopyScores(column, logits.AsSpan((first + column) * Classes, Classes));
            }

            take(logits);
        }
    }

    /// <inheritdoc/>
    public override IReadOnlyList<NamedTensor> ExportWeights() => _parameters.ExportValues();

    /// <inheritdoc/>
    public override void ImportWeights(IReadOnlyList<NamedTensor> weights) => _parameters.Import(weights);

    /// <inheritdoc/>
    public override OptimizerState ExportOptimizer() => _parameters.ExportOptimizer();

    /// <inheritdoc/>
    public override void ImportOptimizer(OptimizerState state) => _parameters.ImportOptimizer(state);

    internal override TorchNetwork TorchForm() => new(
        new PackedLayer(_layer is LstmLayer, _layer.Units), _readsFeatures ? Features : 0, _dense, _shape.Dropout);

    internal override Func<EventScorer> Scorers()
    {
        var weights = _parameters.CopyValues();
        var alone = _layer.ForSingleEvents(weights.Span);
        return () => new RecurrentScorer(_layer, alone, NewHead(), weights, _readsFeatures ? Features : 0, Classes);
    }

    internal override string AddTo(OnnxGraph graph)
    {
        var outputs = _layer.AddTo(graph, _parameters.Values);
        if (_readsFeatures)
            outputs = graph.Add("Concat", [outputs, graph.ScaledFeatures()], new OnnxAttribute("axis", 1L));
        return _head.AddTo(graph, outputs, _parameters.Values);
    }

    /// <summary>Copies of the gradients that the last backward pass left, by the names of their weights.</summary>
    internal IReadOnlyList<NamedTensor> ExportGradients() => _parameters.ExportGradients();

    /// <summary>What the recurrent layer makes of each event, [events, units].</summary>
    private float[] RecurrentOutputs(EventInputs events)
    {
        var outputs = new float[events.Count * _layer.Units];
        var rows = new int[Math.Min(PredictionBlock, events.Count)];
        for (var first = 0; first < events.Count; first += PredictionBlock)
        {
            var count = ComputeBlock(events, first, rows);
            for (var column = 0; column < count; column++)
            {
                for (var unit = 0; unit < _layer.Units; unit++)
                    outputs[(first + _pass.PositionAt(column)) * _layer.Units + unit] = _head.Source[unit * _head.Stride + column];
            }
        }

        return outputs;
    }

    /// <summary>Computes what the dense layers read of consecutive events; gives how many there are.</summary>
    private int ComputeBlock(EventInputs events, int first, int[] rows)
    {
        var particles = events.Particles ?? throw NoParticles();
        var block = rows.AsSpan(0, Math.Min(PredictionBlock, events.Count - first));
        for (var i = 0; i < block.Length; i++)
            block[i] = first + i;
        Compute(particles, block, events.Features.Span[(first * Features)..], keepsAll: false);
        return block.Length;
    }

    private DenseStack NewHead() =>
        new(_layer.Units + (_readsFeatures ? Features : 0), _dense, _layer.ParameterCount, passesErrorsOn: true);

    private Span<float> LayerGradients => _parameters.Gradients[.._layer.ParameterCount];

    private Span<float> HeadGradients => _parameters.Gradients[_layer.ParameterCount..];

    private void Receive()
    {
        Exchange?.Receive(HeadGradients);
        Exchange?.Receive(LayerGradients);
    }

    /// <summary>From particles and features to what the dense layers read.</summary>
    private void Compute(ParticleSequences particles, ReadOnlySpan<int> rows, ReadOnlySpan<float> features, bool keepsAll)
    {
        _pass.Forward(_parameters, particles, rows, keepsAll);
        if (_readsFeatures)
            PlaceFeatures(features, rows.Length);
    }

    private void PlaceFeatures(ReadOnlySpan<float> features, int events)
    {
        for (var feature = 0; feature < Features; feature++)
        {
            var row = _head.Source.Slice((_layer.Units + feature) * _head.Stride, _head.Columns);
            for (var column = 0; column < events; column++)
                row[column] = features[_pass.PositionAt(column) * Features + feature];
            row[events..].Clear();
        }
    }

    private InvalidOperationException NoParticles() => new($"Model '{Name}' reads particles, and the events come without");
}
