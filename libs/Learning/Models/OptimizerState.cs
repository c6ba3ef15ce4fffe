namespace DaprHep.Learning.Models;

/// <summary>What Adam remembers from step to step (Kingma and Ba, arXiv:1412.6980).</summary>
/// <param name="Steps">Steps taken.</param>
/// <param name="Mean">The running mean of each weight's gradient, named and shaped as the weights.</param>
/// <param name="MeanSquare">The running mean of its square.</param>
public sealed record OptimizerState(long Steps, IReadOnlyList<NamedTensor> Mean, IReadOnlyList<NamedTensor> MeanSquare);
