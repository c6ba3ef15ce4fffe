namespace DaprHep.Learning.Models;

/// <summary>What Adam remembers from step to step (Kingma and Ba, arXiv:1412.6980).</summary>
/// <param name="Steps">Steps taken.</param>
/// <param name="Mean">The running mean of each weight's gradient, named and shaped as the weights.</param>
/// <param name="MeanSquare">The running mean of its square.</param>
public sealed record OptimizerState(long Steps, IReadOnlyList<NamedTensor> Mean, IReadOnlyList<NamedTensor> MeanSquare)
{
    /// <summary>What the loss is scaled by in mixed precision; null where it is not.</summary>
    public LossScaleState? LossScale { get; init; }
}

/// <summary>What a loss is scaled by in mixed precision.</summary>
/// <param name="Value">The factor, a power of two.</param>
/// <param name="GoodSteps">Steps since a gradient last overflowed.</param>
public sealed record LossScaleState(double Value, int GoodSteps);
