using DaprHep.Learning.Artifacts.Onnx;
using DaprHep.Learning.Inference;
using DaprHep.Learning.Models.Torch;
using DaprHep.Learning.Training;

namespace DaprHep.Learning.Models.Dense;

/// <summary>
/// A network of dense layers with ReLU between them, computed, differentiated and stepped by our own SIMD kernels. For networks this
/// small the overhead of a tensor library is many times the arithmetic; the results agree with libtorch's to rounding.
/// </summary>
public sealed class DenseNetwork : NeuralClassifier
{
    private const int PredictionBlock = 16 * ColumnBlock.Width;

    private readonly (string Name, int Width)[] _widths;
    private readonly DenseStack _layers;
    private readonly ParameterSet _parameters;
    private long[] _labels = [];

    /// <summary>Makes a network with fresh weights: Glorot-uniform matrices and zero biases.</summary>
    /// <param name="name">The model's name.</param>
    /// <param name="features">How many features an event has.</param>
    /// <param name="hidden">The widths of the hidden layers.</param>
    /// <param name="classes">How many classes to tell apart.</param>
    /// <param name="seed">Decides the starting weights.</param>
    public DenseNetwork(string name, int features, IReadOnlyList<int> hidden, int classes, ulong seed) : base(name, features, classes)
    {
        _widths = [.. hidden.Select((width, i) => ($"dense{i + 1}", width)), ("output", classes)];
        _layers = new DenseStack(features, _widths, 0, passesErrorsOn: false);
        _parameters = new ParameterSet(name, _layers.Places);
        var random = new SeededRandom(seed, SeededRandom.Stream.Weights);
        _layers.Initialise(_parameters.Values, ref random);
    }

    /// <inheritdoc/>
    public override void Forward(EventBatch batch)
    {
        if (_labels.Length != batch.Count)
            _labels = new long[batch.Count];
        batch.Labels.AsSpan(0, batch.Count).CopyTo(_labels);
        Compute(batch.Features.AsSpan(0, batch.Count * Features));
    }

    /// <inheritdoc/>
    public override float Loss() => _layers.Loss(_labels, ClassWeights);

    /// <inheritdoc/>
    public override void BatchLogits(Span<float> logits)
    {
        for (var i = 0; i < _labels.Length; i++)
            _layers.CopyScores(i, logits.Slice(i * Classes, Classes));
    }

    /// <inheritdoc/>
    public override void Backward()
    {
        _layers.Backward(_parameters.Values, _parameters.Gradients);
        Share();
    }

    /// <inheritdoc/>
    internal override void BackwardOfOthers()
    {
        _parameters.Gradients.Clear();
        Share();
    }

    /// <inheritdoc/>
    public override double ClipGradients(double maxNorm) => _parameters.ClipGradients(maxNorm);

    /// <inheritdoc/>
    public override void Step(double learningRate) => _parameters.Step(learningRate);

    /// <inheritdoc/>
    public override void Logits(EventInputs events, Span<float> logits)
    {
        var features = events.Features.Span;
        for (var first = 0; first < features.Length; first += PredictionBlock * Features)
        {
            var block = features.Slice(first, Math.Min(PredictionBlock * Features, features.Length - first));
            Compute(block);
            var count = block.Length / Features;
            var rows = logits.Slice(first / Features * Classes, count * Classes);
            for (var i = 0; i < count; i++)
                _layers.CopyScores(i, rows.Slice(i * Classes, Classes));
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

    internal override TorchNetwork TorchForm() => new(null, Features, _widths, dropout: 0);

    internal override Func<EventScorer> Scorers()
    {
        var weights = _parameters.CopyValues();
        return () => new DenseScorer(new DenseStack(Features, _widths, 0, passesErrorsOn: false), weights, Features, Classes);
    }

    internal override string AddTo(OnnxGraph graph) => _layers.AddTo(graph, graph.ScaledFeatures(), _parameters.Values);

    /// <summary>Copies of the gradients that the last backward pass left, by the names of their weights.</summary>
    public IReadOnlyList<NamedTensor> ExportGradients() => _parameters.ExportGradients();

    private void Share()
    {
        Exchange?.Send(_parameters.Gradients);
        Exchange?.Receive(_parameters.Gradients);
    }

    private void Compute(ReadOnlySpan<float> events)
    {
        _layers.MakeRoom(events.Length / Features);
        _layers.Place(events, Features, 0, events.Length / Features);
        _layers.Forward(_parameters.Values);
    }
}
