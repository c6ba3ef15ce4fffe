using DaprHep.Learning.Training;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace DaprHep.Learning.Models;

/// <summary>A classifier whose network is a TorchSharp module: libtorch computes, differentiates and steps.</summary>
public sealed class TorchClassifier : NeuralClassifier
{
    private readonly Module<Tensor, Tensor> _network;
    private readonly Adam _adam;
    private DisposeScope? _batchScope;
    private Tensor? _scores;
    private Tensor? _labels;
    private Tensor? _loss;

    /// <summary>Wraps a module and gives it its starting weights: Glorot-uniform matrices and zero biases.</summary>
    /// <param name="name">The model's name.</param>
    /// <param name="network">From features [events, features] to scores [events, classes]; disposed with this object.</param>
    /// <param name="features">How many features an event has.</param>
    /// <param name="classes">How many classes it tells apart.</param>
    /// <param name="seed">Decides the starting weights.</param>
    public TorchClassifier(string name, Module<Tensor, Tensor> network, int features, int classes, ulong seed)
        : base(name, features, classes)
    {
        _network = network;
        var random = new SeededRandom(seed, SeededRandom.Stream.Weights);
        ImportWeights(ExportWeights().Select(weight => weight with
        {
            Values = weight.Shape.Count == 2
                ? GlorotUniform.Matrix(weight.Shape[0], weight.Shape[1], ref random)
                : new float[weight.Values.Length],
        }).ToArray());
        _adam = optim.Adam(network.parameters());
    }

    /// <inheritdoc/>
    /// <remarks>libtorch has one such number for the whole process.</remarks>
    public override void UseThreads(int threads) => set_num_threads(threads);

    /// <inheritdoc/>
    public override void Forward(EventBatch batch)
    {
        _batchScope?.Dispose();
        _batchScope = NewDisposeScope();
        _network.train();
        var features = frombuffer(batch.Features, float32, (long)batch.Count * Features).view(batch.Count, Features);
        _labels = frombuffer(batch.Labels, int64, batch.Count);
        _scores = _network.call(features);
    }

    /// <inheritdoc/>
    public override float Loss()
    {
        _loss = ClassWeights.Length == 0 ? functional.cross_entropy(_scores!, _labels!) : WeightedLoss();
        return _loss.item<float>();
    }

    /// <inheritdoc/>
    public override void BatchLogits(Span<float> logits) => _scores!.data<float>().CopyTo(logits);

    /// <inheritdoc/>
    public override void Backward()
    {
        _adam.zero_grad();
        _loss!.backward();
        Share();
    }

    /// <inheritdoc/>
    internal override void BackwardOfOthers()
    {
        _batchScope?.Dispose();
        _batchScope = NewDisposeScope();
        _adam.zero_grad();
        (_network.parameters().Select(parameter => parameter.sum()).Aggregate((sum, next) => sum + next) * 0f).backward();
        Share();
    }

    private void Share()
    {
        if (Exchange is not { } exchange)
            return;
        var gradients = _network.parameters().Select(parameter => parameter.grad!).ToArray();
        foreach (var gradient in gradients)
            exchange.Send(gradient.data<float>().ToArray());
        foreach (var gradient in gradients)
        {
            var values = new float[gradient.NumberOfElements];
            exchange.Receive(values);
            gradient.copy_(frombuffer(values, float32, values.Length).view(gradient.shape));
        }
    }

    /// <inheritdoc/>
    public override double ClipGradients(double maxNorm) => nn.utils.clip_grad_norm_(_network.parameters(), maxNorm);

    /// <inheritdoc/>
    public override void Step(double learningRate)
    {
        foreach (var group in _adam.ParamGroups)
            group.LearningRate = learningRate;
        _adam.step();
        _batchScope!.Dispose();
        _batchScope = null;
    }

    /// <inheritdoc/>
    public override void Logits(EventInputs events, Span<float> logits)
    {
        var features = events.Features.Span;
        const int Rows = 4096;
        _network.eval();
        using var unrecorded = no_grad();
        var chunk = new float[Math.Min(features.Length, Rows * Features)];
        for (var first = 0; first < features.Length; first += chunk.Length)
        {
            using var scope = NewDisposeScope();
            var length = Math.Min(chunk.Length, features.Length - first);
            features.Slice(first, length).CopyTo(chunk);
            var scores = _network.call(frombuffer(chunk, float32, length).view(length / Features, Features));
            scores.data<float>().CopyTo(logits.Slice(first / Features * Classes, length / Features * Classes));
        }
    }

    /// <inheritdoc/>
    public override IReadOnlyList<NamedTensor> ExportWeights() => _network.named_parameters()
        .Select(p => new NamedTensor(p.name, Array.ConvertAll(p.parameter.shape, size => (int)size), p.parameter.data<float>().ToArray()))
        .ToArray();

    /// <inheritdoc/>
    public override void ImportWeights(IReadOnlyList<NamedTensor> weights)
    {
        var fitting = WeightFit.Ordered(Name, ExportWeights(), weights);
        using var scope = NewDisposeScope();
        using var unrecorded = no_grad();
        foreach (var ((_, parameter), weight) in _network.named_parameters().Zip(fitting))
            parameter.copy_(tensor(weight.Values, Array.ConvertAll(weight.Shape.ToArray(), size => (long)size)));
    }

    // libtorch would divide by the sum of the batch's weights; ours are 1 on average over all events, and batches count by events.
    private Tensor WeightedLoss()
    {
        var perEvent = 1f / _labels!.shape[0];
        return functional.cross_entropy(
            _scores!, _labels, tensor(Array.ConvertAll(ClassWeights, weight => weight * perEvent)), reduction: Reduction.Sum);
    }

    /// <inheritdoc/>
    /// <exception cref="NotSupportedException">Always: the optimizer keeps that to itself.</exception>
    public override OptimizerState ExportOptimizer() => throw new NotSupportedException($"Model '{Name}' keeps no checkpoints");

    /// <inheritdoc/>
    /// <exception cref="NotSupportedException">Always: the optimizer keeps that to itself.</exception>
    public override void ImportOptimizer(OptimizerState state) => throw new NotSupportedException($"Model '{Name}' keeps no checkpoints");

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            _batchScope?.Dispose();
            _adam.Dispose();
            _network.Dispose();
        }

        base.Dispose(disposing);
    }
}
