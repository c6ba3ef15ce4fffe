using DaprHep.Learning.Training;
using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace DaprHep.Learning.Models.Torch;

/// <summary>
/// A recurrent layer of libtorch (cuDNN's on a GPU) over packed particles: the counterpart of <see cref="Recurrent.GruLayer"/> and
/// <see cref="Recurrent.LstmLayer"/>, whose weights are laid out in the same way, gates in the same order, both biases kept.
/// </summary>
internal sealed class PackedLayer : Module
{
    private readonly Parameter[] _weights;
    private readonly bool _isLstm;

    /// <summary>Makes a layer, with zeros for weights.</summary>
    /// <param name="isLstm">Long short-term memory; otherwise gated units.</param>
    /// <param name="units">How many values an output has.</param>
    internal PackedLayer(bool isLstm, int units) : base(isLstm ? "lstm" : "gru")
    {
        _isLstm = isLstm;
        Units = units;
        var rows = (isLstm ? 4 : 3) * units;
        _weights =
        [
            new Parameter(zeros([rows, ParticleSequences.Columns])), new Parameter(zeros([rows, units])),
            new Parameter(zeros([rows])), new Parameter(zeros([rows])),
        ];
        string[] names = ["weight_ih_l0", "weight_hh_l0", "bias_ih_l0", "bias_hh_l0"];
        foreach (var (name, weight) in names.Zip(_weights))
            register_parameter(name, weight);
    }

    /// <summary>How many values an output has.</summary>
    internal int Units { get; }

    /// <summary>The output after each event's last particle, 0 for those without any, [events, units].</summary>
    internal Tensor LastStates(PackedBatch batch, Device device)
    {
        const int Columns = ParticleSequences.Columns;
        var rows = frombuffer(batch.Particles, float32, (long)batch.Rows * Columns).view(batch.Rows, Columns).to(device);
        var sizes = frombuffer(batch.BatchSizes, int64, batch.Steps);
        var states = NativeLayers.LastStates(_isLstm, rows, sizes, _weights, training);
        return batch.Begun[batch.Count - 1] > 0
            ? states
            : states * frombuffer(batch.Begun, float32, batch.Count).view(batch.Count, 1).to(device);
    }

    /// <inheritdoc/>
    protected override void RegisterComponents()
    {
        // The constructor registered all weights under their own names.
    }
}
