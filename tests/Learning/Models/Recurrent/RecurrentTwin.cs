using DaprHep.Learning.Models;
using DaprHep.Learning.Models.Recurrent;
using DaprHep.Learning.Training;
using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace DaprHep.Learning.Tests.Models.Recurrent;

/// <summary>
/// A recurrent network written out as its formulas say, event by event and step by step; libtorch computes and differentiates.
/// </summary>
internal sealed class RecurrentTwin : IDisposable
{
    private readonly Dictionary<string, Parameter> _weights = [];
    private readonly Adam _adam;
    private readonly RecurrentShape _shape;
    private readonly string _cell;

    internal RecurrentTwin(RecurrentShape shape, IReadOnlyList<NamedTensor> weights)
    {
        _shape = shape;
        _cell = shape.Layer is GruLayer ? "gru" : "lstm";
        foreach (var weight in weights)
            _weights[weight.Name] = new Parameter(tensor(weight.Values, Array.ConvertAll(weight.Shape.ToArray(), size => (long)size)));
        _adam = optim.Adam(_weights.Values);
    }

    /// <summary>Releases weights and optimiser.</summary>
    public void Dispose()
    {
        _adam.Dispose();
        foreach (var weight in _weights.Values)
            weight.Dispose();
    }

    /// <summary>A step of Adam, after <see cref="Run"/>.</summary>
    internal void Step()
    {
        _adam.step();
        _adam.zero_grad();
    }

    internal float[] Gradient(string name) => _weights[name].grad!.data<float>().ToArray();

    /// <summary>Scores of events, one after the other, and the mean loss, differentiated.</summary>
    /// <param name="events">The events.</param>
    /// <param name="classWeights">How much an event of each class counts; null where all count the same.</param>
    /// <param name="dropout">By event, the factors of what the dense layers read; null for none.</param>
    internal (float[] Scores, float Loss) Run(LabelledEvents events, float[]? classWeights = null, Func<int, float[]>? dropout = null)
    {
        var all = new List<float>();
        var total = zeros([1]);
        for (var i = 0; i < events.Count; i++)
        {
            var scores = Scores(events, i, dropout?.Invoke(i));
            all.AddRange(scores.data<float>().ToArray());
            var loss = functional.cross_entropy(scores, frombuffer(new long[] { events.Labels.Span[i] }, ScalarType.Int64, 1));
            total = total + loss * (classWeights?[events.Labels.Span[i]] ?? 1f);
        }

        var mean = (total * (1f / events.Count)).sum();
        mean.backward();
        return ([.. all], mean.item<float>());
    }

    private Tensor Scores(LabelledEvents events, int index, float[]? dropout)
    {
        int units = _shape.Layer.Units;
        var h = zeros([1, units]);
        var c = zeros([1, units]);
        var steps = events.Particles!.StepsOf(index);
        for (var step = 0; step < steps.Count; step++)
        {
            var particle = events.Particles.Values.Slice(steps.RowAt(step) * ParticleSequences.Columns, ParticleSequences.Columns);
            var x = tensor(particle.ToArray(), [1, ParticleSequences.Columns]);
            var input = x.matmul(_weights[_cell + ".weight_ih_l0"].t()) + _weights[_cell + ".bias_ih_l0"];
            var recurrent = h.matmul(_weights[_cell + ".weight_hh_l0"].t()) + _weights[_cell + ".bias_hh_l0"];
            if (_cell == "gru")
            {
                var r = (Gate(input, 0) + Gate(recurrent, 0)).sigmoid();
                var z = (Gate(input, 1) + Gate(recurrent, 1)).sigmoid();
                var n = (Gate(input, 2) + r * Gate(recurrent, 2)).tanh();
                h = n + z * (h - n);
            }
            else
            {
                var sums = input + recurrent;
                c = Gate(sums, 1).sigmoid() * c + Gate(sums, 0).sigmoid() * Gate(sums, 2).tanh();
                h = Gate(sums, 3).sigmoid() * c.tanh();
            }
        }

        var joined = h;
        if (_shape.ReadsFeatures)
        {
            var features = events.Features.Slice(index * events.FeatureCount, events.FeatureCount).ToArray();
            joined = cat([h, tensor(features, [1, features.Length])], 1);
        }

        if (dropout is not null)
            joined = joined * tensor(dropout, [1, dropout.Length]);
        if (_shape.Hidden > 0)
            joined = (joined.matmul(_weights["dense.weight"].t()) + _weights["dense.bias"]).relu();
        return joined.matmul(_weights["output.weight"].t()) + _weights["output.bias"];

        Tensor Gate(Tensor gates, int gate) => gates.narrow(1, gate * units, units);
    }
}
