using DaprHep.Learning.Training;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace DaprHep.Learning.Models.Torch;

/// <summary>
/// A classifier whose network is a TorchSharp module: libtorch computes, differentiates and steps, on a GPU where asked to.
/// </summary>
public sealed class TorchClassifier : NeuralClassifier
{
    private const int PredictionBlock = 4096;

    private readonly NeuralClassifier? _own;
    private readonly Module _network;
    private readonly Func<PackedBatch, Tensor> _score;
    private readonly Parameter[] _parameters;
    private readonly Adam _adam;
    private readonly Device _device = CPU;
    private readonly Recurrent.Dropout? _dropout;
    private readonly LossScale? _scale;
    private readonly PackedBatch _learned = new();
    private readonly PackedBatch _judged = new();
    private DisposeScope? _batchScope;
    private Tensor? _scores;
    private Tensor? _labels;
    private Tensor? _loss;
    private bool _isFinite = true;

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
        _parameters = [.. network.parameters()];
        _score = batch => network.call(
            frombuffer(batch.Features, float32, (long)batch.Count * features).view(batch.Count, features));
        var random = new SeededRandom(seed, SeededRandom.Stream.Weights);
        ImportWeights(ExportWeights().Select(weight => weight with
        {
            Values = weight.Shape.Count == 2
                ? GlorotUniform.Matrix(weight.Shape[0], weight.Shape[1], ref random)
                : new float[weight.Values.Length],
        }).ToArray());
        _adam = optim.Adam(_parameters);
    }

    /// <summary>Takes over a network of our own kernels, which get the weights back with <see cref="OwnKernels"/>.</summary>
    /// <param name="own">The network, with its starting weights.</param>
    /// <param name="device">Where to compute.</param>
    /// <param name="seed">Decides what is dropped.</param>
    /// <param name="mixed">Whether to take float16 where that is accurate enough; on a GPU alone.</param>
    internal TorchClassifier(NeuralClassifier own, Device device, ulong seed, bool mixed = false)
        : base(own.Name, own.Features, own.Classes)
    {
        var network = own.TorchForm();
        (_own, _network, _device) = (own, network, device);
        _dropout = network.DropoutRate > 0 ? new Recurrent.Dropout(network.DropoutRate, seed) : null;
        _scale = mixed ? new LossScale() : null;
        _score = batch => network.Scores(batch, Features, _device, network.training ? _dropout : null, Steps);
        // Moved first: TorchSharp may put other parameters into the places of those it moves.
        network.to(device);
        _parameters = [.. network.parameters()];
        Parameters = own.Parameters;
        ReadsParticles = network.ReadsParticles;
        ImportWeights(own.ExportWeights());
        _adam = optim.Adam(_parameters);
    }

    /// <inheritdoc/>
    public override bool ReadsParticles { get; }

    /// <summary>The network in the form that the options ask for: itself, or computed by libtorch.</summary>
    /// <exception cref="TrainingDeviceException">The device is not there.</exception>
    internal static NeuralClassifier Place(NeuralClassifier own, TrainingOptions options, int rank, ulong seed) => options switch
    {
        { Device: TrainingDevice.Cuda } => new TorchClassifier(own, CudaDevice.Of(rank), seed, options.MixedPrecision),
        { ByLibTorch: true } => new TorchClassifier(own, CPU, seed, options.MixedPrecision),
        _ => own,
    };

    internal override NeuralClassifier OwnKernels()
    {
        if (_own is null)
            return this;
        _own.ImportWeights(ExportWeights());
        Dispose();
        return _own;
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
        _learned.Gather(
            ReadsParticles ? batch.Particles : null, batch.Rows.AsSpan(0, batch.Count), batch.Features, Features, batch.Labels);
        _labels = frombuffer(_learned.Labels, int64, batch.Count).to(_device);
        _scores = _scale is null ? _score(_learned) : MixedScores();
    }

    /// <inheritdoc/>
    public override float Loss()
    {
        _loss = ClassWeights.Length == 0 ? functional.cross_entropy(_scores!, _labels!) : WeightedLoss();
        return _loss.item<float>();
    }

    /// <inheritdoc/>
    public override void BatchLogits(Span<float> logits) => CopyScores(_scores!, _learned, logits);

    /// <inheritdoc/>
    public override void Backward()
    {
        _adam.zero_grad();
        if (_scale is null)
        {
            _loss!.backward();
        }
        else
        {
            (_loss! * (float)_scale.Value).backward();
            NativeLayers.ScaleGradients(_parameters, 1 / _scale.Value);
        }

        Share();
    }

    /// <inheritdoc/>
    internal override void BackwardOfOthers()
    {
        _batchScope?.Dispose();
        _batchScope = NewDisposeScope();
        _adam.zero_grad();
        (_parameters.Select(parameter => parameter.sum()).Aggregate((sum, next) => sum + next) * 0f).backward();
        Share();
    }

    private void Share()
    {
        if (Exchange is { } exchange)
        {
            using var unrecorded = no_grad();
            var gradients = Array.ConvertAll(_parameters, parameter => parameter.grad!);
            var mean = exchange.MeanOf(cat(Array.ConvertAll(gradients, gradient => gradient.view(-1))));
            var first = 0L;
            foreach (var gradient in gradients)
            {
                gradient.copy_(mean.narrow(0, first, gradient.NumberOfElements).view(gradient.shape));
                first += gradient.NumberOfElements;
            }
        }

        // After the exchange, so that all ranks find the same.
        _isFinite = _scale is null || NativeLayers.AreGradientsFinite(_parameters);
    }

    /// <inheritdoc/>
    public override double ClipGradients(double maxNorm) => nn.utils.clip_grad_norm_(_parameters, maxNorm);

    /// <inheritdoc/>
    /// <remarks>In mixed precision, a step is left out whose gradients overflowed.</remarks>
    public override void Step(double learningRate)
    {
        foreach (var group in _adam.ParamGroups)
            group.LearningRate = learningRate;
        if (_isFinite)
            _adam.step();
        _scale?.After(_isFinite);
        _batchScope!.Dispose();
        _batchScope = null;
    }

    /// <inheritdoc/>
    public override void Logits(EventInputs events, Span<float> logits)
    {
        _network.eval();
        using var unrecorded = no_grad();
        var rows = new int[Math.Min(PredictionBlock, events.Count)];
        for (var first = 0; first < events.Count; first += PredictionBlock)
        {
            using var scope = NewDisposeScope();
            var block = rows.AsSpan(0, Math.Min(PredictionBlock, events.Count - first));
            for (var i = 0; i < block.Length; i++)
                block[i] = first + i;
            _judged.Gather(ReadsParticles ? events.Particles : null, block, events.Features.Span[(first * Features)..], Features, []);
            CopyScores(_score(_judged), _judged, logits[(first * Classes)..]);
        }
    }

    /// <inheritdoc/>
    public override IReadOnlyList<NamedTensor> ExportWeights() => Named(_parameters);

    /// <inheritdoc/>
    public override void ImportWeights(IReadOnlyList<NamedTensor> weights) => Fill(_parameters, weights);

    /// <inheritdoc/>
    public override OptimizerState ExportOptimizer() =>
        new(Steps, Named(States.Select(state => state.exp_avg)), Named(States.Select(state => state.exp_avg_sq)))
        {
            LossScale = _scale?.State,
        };

    /// <inheritdoc/>
    public override void ImportOptimizer(OptimizerState state)
    {
        Fill(States.Select(own => own.exp_avg), state.Mean);
        Fill(States.Select(own => own.exp_avg_sq), state.MeanSquare);
        foreach (var own in States)
            own.step = state.Steps;
        if (state.LossScale is { } scale)
            _scale?.Restore(scale);
    }

    /// <summary>Copies of the gradients that the last backward pass left, by the names of their weights.</summary>
    internal IReadOnlyList<NamedTensor> ExportGradients() => Named(_parameters.Select(parameter => parameter.grad!));

    private IEnumerable<Adam.State> States => _adam.state_dict().State.Cast<Adam.State>();

    private long Steps => States.First().step;

    private Tensor MixedScores()
    {
        NativeLayers.SetAutocast(true);
        try
        {
            return _score(_learned).to(float32);
        }
        finally
        {
            NativeLayers.SetAutocast(false);
        }
    }

    // libtorch would divide by the sum of the batch's weights; ours are 1 on average over all events, and batches count by events.
    private Tensor WeightedLoss()
    {
        var perEvent = 1f / _labels!.shape[0];
        var weights = tensor(Array.ConvertAll(ClassWeights, weight => weight * perEvent)).to(_device);
        return functional.cross_entropy(_scores!, _labels, weights, reduction: Reduction.Sum);
    }

    private void CopyScores(Tensor scores, PackedBatch batch, Span<float> logits)
    {
        using var scope = NewDisposeScope();
        var values = scores.cpu().data<float>().ToArray();
        for (var place = 0; place < batch.Count; place++)
            values.AsSpan(place * Classes, Classes).CopyTo(logits[(batch.PositionAt(place) * Classes)..]);
    }

    /// <summary>Copies of tensors that are shaped as the weights.</summary>
    private NamedTensor[] Named(IEnumerable<Tensor> tensors)
    {
        using var scope = NewDisposeScope();
        return
        [
            .. _network.named_parameters().Zip(tensors, (weight, values) => new NamedTensor(
                weight.name, Array.ConvertAll(weight.parameter.shape, size => (int)size), values.cpu().data<float>().ToArray())),
        ];
    }

    private void Fill(IEnumerable<Tensor> tensors, IReadOnlyList<NamedTensor> values)
    {
        var fitting = WeightFit.Ordered(Name, ExportWeights(), values);
        using var scope = NewDisposeScope();
        using var unrecorded = no_grad();
        foreach (var (own, given) in tensors.Zip(fitting))
            own.copy_(tensor(given.Values, Array.ConvertAll(given.Shape.ToArray(), size => (long)size)));
    }

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
