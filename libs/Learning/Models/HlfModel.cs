using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace DaprHep.Learning.Models;

/// <summary>
/// The classifier on high-level features of arXiv:1909.10389: dense layers of 50, 20 and 10 neurons with ReLU, then the scores.
/// </summary>
public sealed class HlfModel : Module<Tensor, Tensor>
{
    /// <summary>Its name in <see cref="ModelRegistry"/>.</summary>
    public const string ModelName = "hlf";

    private readonly Linear dense1, dense2, dense3, output;

    /// <summary>Makes the network.</summary>
    /// <param name="features">How many features an event has; 14 in the published model.</param>
    /// <param name="classes">How many classes to tell apart; 3 in the published model.</param>
    public HlfModel(int features, int classes) : base(ModelName)
    {
        dense1 = Linear(features, 50);
        dense2 = Linear(50, 20);
        dense3 = Linear(20, 10);
        output = Linear(10, classes);
        RegisterComponents();
    }

    /// <summary>Makes the model for training or use.</summary>
    /// <param name="features">How many features an event has.</param>
    /// <param name="classes">How many classes to tell apart.</param>
    /// <param name="seed">Decides the starting weights.</param>
    public static Classifier Create(int features, int classes, ulong seed) =>
        new TorchClassifier(ModelName, new HlfModel(features, classes), features, classes, seed);

    /// <inheritdoc/>
    public override Tensor forward(Tensor input)
    {
        var x = functional.relu(dense1.call(input));
        x = functional.relu(dense2.call(x));
        x = functional.relu(dense3.call(x));
        return output.call(x);
    }
}
