using DaprHep.Learning.Distributed;
using DaprHep.Learning.Training;

namespace DaprHep.Learning.Models;

/// <summary>
/// A classifier that learns by gradients. The training loop calls <see cref="Forward"/>, <see cref="Loss"/>, <see cref="Backward"/>,
/// <see cref="ClipGradients"/> and <see cref="Step"/> in this order, batch after batch.
/// </summary>
/// <param name="name">The name under which <see cref="ModelRegistry"/> makes it.</param>
/// <param name="features">How many features an event has.</param>
/// <param name="classes">How many classes it tells apart.</param>
public abstract class NeuralClassifier(string name, int features, int classes) : Classifier(name, features, classes)
{
    /// <summary>How much an event of each class counts in <see cref="Loss"/>; empty where all count the same.</summary>
    internal float[] ClassWeights { get; set; } = [];

    /// <summary>Shares the gradients of every backward pass with the other ranks; null in a process that trains alone.</summary>
    internal GradientExchange? Exchange { get; set; }

    /// <summary>The same network as a module of libtorch, with other weights.</summary>
    internal virtual Torch.TorchNetwork TorchForm() => throw new NotSupportedException($"Model '{Name}' has no form for libtorch");

    /// <summary>The trained network computed by our own kernels; this object is not to be used any more.</summary>
    internal virtual NeuralClassifier OwnKernels() => this;

    /// <summary>Computes the scores of a batch and keeps what the backward pass needs.</summary>
    /// <param name="batch">The events, with labels in [0, <see cref="Classifier.Classes"/>).</param>
    public abstract void Forward(EventBatch batch);

    /// <summary>The softmax cross-entropy of the last forward pass, averaged over the batch.</summary>
    public abstract float Loss();

    /// <summary>Copies the scores of the last forward pass.</summary>
    /// <param name="logits">Receives them, [events of the batch, <see cref="Classifier.Classes"/>], in the order of the batch.</param>
    public abstract void BatchLogits(Span<float> logits);

    /// <summary>Computes the gradient of the last loss, of all ranks where there are several.</summary>
    public abstract void Backward();

    /// <summary>In place of <see cref="Backward"/> where this rank has no events in a batch: takes the gradient of the others.</summary>
    internal abstract void BackwardOfOthers();

    /// <summary>Scales all gradients together so that their Euclidean norm is at most the given one.</summary>
    /// <param name="maxNorm">The largest norm left alone.</param>
    /// <returns>The norm before.</returns>
    public abstract double ClipGradients(double maxNorm);

    /// <summary>One step of Adam (β₁ 0.9, β₂ 0.999, ε 1e-8; Kingma and Ba, arXiv:1412.6980).</summary>
    /// <param name="learningRate">The step size.</param>
    public abstract void Step(double learningRate);

    /// <summary>Copies of what the optimizer remembers, for a checkpoint.</summary>
    public abstract OptimizerState ExportOptimizer();

    /// <summary>Takes over what an optimizer remembered, so that the next step is the one that would have followed.</summary>
    /// <param name="state">What <see cref="ExportOptimizer"/> gave.</param>
    /// <exception cref="Artifacts.ModelFormatException">A tensor is missing, superfluous or of another shape.</exception>
    public abstract void ImportOptimizer(OptimizerState state);
}
