using DaprHep.Learning.Models.Torch;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace DaprHep.Learning.Tests.Models;

/// <summary>The same network as <see cref="Learning.Models.Dense.DenseNetwork"/>, computed by libtorch.</summary>
internal static class DenseTwin
{
    internal static (TorchClassifier Classifier, Module<Tensor, Tensor> Network) Of(
        int features, IReadOnlyList<int> hidden, int classes, ulong seed)
    {
        var steps = new List<(string, Module<Tensor, Tensor>)>();
        var inputs = features;
        for (var i = 0; i < hidden.Count; i++)
        {
            steps.Add(($"dense{i + 1}", Linear(inputs, hidden[i])));
            steps.Add(($"relu{i + 1}", ReLU()));
            inputs = hidden[i];
        }

        steps.Add(("output", Linear(inputs, classes)));
        var network = Sequential([.. steps]);
        return (new TorchClassifier("twin", network, features, classes, seed), network);
    }
}
