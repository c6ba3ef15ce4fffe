using DaprHep.Learning.Models.Dense;
using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace DaprHep.Learning.Models.Torch;

/// <summary>
/// The registered networks as a module of libtorch: a recurrent layer over the particles where there is one, its output joined with the
/// features where they are read, dropout, then dense layers with ReLU between them. Weights have the names and layouts of our own kernels.
/// </summary>
internal sealed class TorchNetwork : Module
{
    private readonly PackedLayer? _recurrent;
    private readonly bool _readsFeatures;
    private readonly List<Linear> _dense = [];
    private readonly int _inputs;
    private float[] _factors = [];

    /// <summary>Makes a network, with weights that are to be replaced.</summary>
    /// <param name="recurrent">The layer over the particles; null for none.</param>
    /// <param name="featuresRead">How many features are read.</param>
    /// <param name="dense">Names and widths of the dense layers, the scores last.</param>
    /// <param name="dropout">How much of what the dense layers read is dropped while training.</param>
    internal TorchNetwork(PackedLayer? recurrent, int featuresRead, IEnumerable<(string Name, int Width)> dense, double dropout)
        : base(nameof(TorchNetwork))
    {
        _recurrent = recurrent;
        _readsFeatures = featuresRead > 0;
        DropoutRate = dropout;
        if (recurrent is not null)
            register_module(recurrent.GetName(), recurrent);
        _inputs = (recurrent?.Units ?? 0) + featuresRead;
        var inputs = _inputs;
        foreach (var (name, width) in dense)
        {
            var layer = Linear(inputs, width);
            register_module(name, layer);
            _dense.Add(layer);
            inputs = width;
        }
    }

    /// <summary>How much of what the dense layers read is dropped while training.</summary>
    internal double DropoutRate { get; }

    /// <summary>Whether it reads particles.</summary>
    internal bool ReadsParticles => _recurrent is not null;

    /// <summary>The scores, [events, classes], in the order of the batch.</summary>
    /// <param name="batch">The events; left alone until the backward pass is done.</param>
    /// <param name="featureCount">How many features an event has.</param>
    /// <param name="device">Where the weights are.</param>
    /// <param name="dropout">Draws what is dropped; null where nothing is.</param>
    /// <param name="step">Steps that came before.</param>
    internal Tensor Scores(PackedBatch batch, int featureCount, Device device, Recurrent.Dropout? dropout, long step)
    {
        var values = _recurrent?.LastStates(batch, device);
        if (_readsFeatures)
        {
            var features = frombuffer(batch.Features, float32, (long)batch.Count * featureCount).view(batch.Count, featureCount).to(device);
            values = values is null ? features : cat([values, features], 1);
        }

        if (dropout is not null)
            values = values! * Factors(dropout, batch.Count, step).to(device);
        for (var i = 0; i < _dense.Count; i++)
            values = i == 0 ? _dense[i].call(values!) : _dense[i].call(functional.relu(values!));
        return values!;
    }

    /// <summary>The factors of dropout, [events, inputs], drawn as our own kernels draw them.</summary>
    private Tensor Factors(Recurrent.Dropout dropout, int events, long step)
    {
        var columns = ColumnBlock.Padded(events);
        if (_factors.Length < _inputs * columns)
            _factors = new float[_inputs * columns];
        var factors = _factors.AsSpan(0, _inputs * columns);
        factors.Fill(1);
        dropout.Draw(factors, columns, columns, step);
        return frombuffer(_factors, float32, factors.Length).view(_inputs, columns).narrow(1, 0, events).t();
    }

    /// <inheritdoc/>
    protected override void RegisterComponents()
    {
        // The constructor registered all parts under their own names.
    }
}
