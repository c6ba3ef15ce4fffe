namespace DaprHep.Learning.Training;

/// <summary>How to train.</summary>
public sealed record TrainingOptions
{
    /// <summary>Which model, by its name in <see cref="Models.ModelRegistry"/>.</summary>
    public string Model { get; init; } = Models.HlfModel.ModelName;

    /// <summary>The model's hyper-parameters; those left out have their defaults.</summary>
    public Models.HyperParameters Parameters { get; init; } = Models.HyperParameters.None;

    /// <summary>How often every training event is used.</summary>
    public int Epochs { get; init; } = 50;

    /// <summary>Events a step.</summary>
    public int BatchSize { get; init; } = 128;

    /// <summary>Adam's step size at the start.</summary>
    public double LearningRate { get; init; } = 2e-3;

    /// <summary>
    /// How the step size changes while training. Falling from 2e-3 beats the usual constant 1e-3 on average over seeds, for a thousand
    /// events as for eight thousand.
    /// </summary>
    public LearningRateSchedule Schedule { get; init; } = LearningRateSchedule.Cosine;

    /// <summary>The largest Euclidean norm of the gradient; larger ones are scaled down. Infinity: never.</summary>
    public double MaxGradientNorm { get; init; } = double.PositiveInfinity;

    /// <summary>Decides starting weights and order of events: same seed, same data, same weights, bit by bit.</summary>
    public ulong Seed { get; init; } = 1;

    /// <summary>
    /// Threads that a model may use. Dense networks use one, being too small to gain from more; the weights of a recurrent network do
    /// not depend on it.
    /// </summary>
    public int Threads { get; init; } = 1;

    /// <summary>Makes sure that the numbers make sense.</summary>
    /// <exception cref="ArgumentOutOfRangeException">One does not.</exception>
    internal void Check()
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(Epochs);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(BatchSize);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(Threads);
        if (!(LearningRate > 0 && double.IsFinite(LearningRate)))
            throw new ArgumentOutOfRangeException(nameof(LearningRate), LearningRate, "The learning rate must be a positive number.");
        if (!(MaxGradientNorm > 0))
            throw new ArgumentOutOfRangeException(nameof(MaxGradientNorm), MaxGradientNorm, "The largest gradient norm must be positive.");
    }
}
