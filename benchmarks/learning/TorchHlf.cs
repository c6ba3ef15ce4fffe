using DaprHep.Learning.Models;
using DaprHep.Learning.Models.Torch;
using static TorchSharp.torch.nn;

namespace DaprHep.Benchmarks.Learning;

/// <summary>The hlf network as a module of libtorch.</summary>
internal static class TorchHlf
{
    internal static NeuralClassifier Create(int features, int classes) => new TorchClassifier(
        "hlf",
        Sequential(Linear(features, 50), ReLU(), Linear(50, 20), ReLU(), Linear(20, 10), ReLU(), Linear(10, classes)),
        features,
        classes,
        seed: 1);
}
