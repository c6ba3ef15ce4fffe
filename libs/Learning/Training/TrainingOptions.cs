namespace DaprHep.Learning.Training;

/// <summary>How to train.</summary>
public sealed record TrainingOptions
{
    /// <summary>The part of the training events that is held back where early stopping needs some and nothing else is said.</summary>
    public const double UsualValidationShare = 0.1;

    /// <summary>Which model, by its name in <see cref="Models.ModelRegistry"/>.</summary>
    public string Model { get; init; } = Models.HlfModel.ModelName;

    /// <summary>The model's hyper-parameters; those left out have their defaults.</summary>
    public Models.HyperParameters Parameters { get; init; } = Models.HyperParameters.None;

    /// <summary>How often every training event is used, at most.</summary>
    public int Epochs { get; init; } = 50;

    /// <summary>Events a step.</summary>
    public int BatchSize { get; init; } = 128;

    /// <summary>Adam's step size, the largest where it changes.</summary>
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
    /// Early stopping: training ends when the watched figure has not been better for so many epochs, and the weights of the best epoch
    /// are kept. 0: never.
    /// </summary>
    public int Patience { get; init; }

    /// <summary>The figure that early stopping watches.</summary>
    public StoppingFigure StopBy { get; init; } = StoppingFigure.Loss;

    /// <summary>The part of the training events that is held back to judge epochs by, below 1.</summary>
    public double ValidationShare { get; init; }

    /// <summary>How much an event of each class counts in the loss, relative to the others; empty where all count the same.</summary>
    public IReadOnlyList<double> ClassWeights { get; init; } = [];

    /// <summary>Whether each class counts the same in the loss, however many events it has.</summary>
    public bool BalanceClasses { get; init; }

    /// <summary>Whether events are learned from in mirror images too (η → −η, φ → −φ), another one in every epoch.</summary>
    public bool Mirror { get; init; }

    /// <summary>Steps between two <see cref="LiveMetrics"/>.</summary>
    public int LogEvery { get; init; } = 50;

    /// <summary>Steps between two checkpoints in an epoch; 0 for checkpoints only at the ends of epochs.</summary>
    public int CheckpointEvery { get; init; }

    /// <summary>
    /// Epochs after which to stop for now, with a checkpoint from which a training with the same options but this one goes on; 0: at the
    /// end.
    /// </summary>
    public int PauseAfter { get; init; }

    /// <summary>
    /// Threads that a model may use; its weights do not depend on it. Dense networks use one, being too small to gain from more, and
    /// trees one, or up to four for very many events.
    /// </summary>
    public int Threads { get; init; } = 1;

    /// <summary>What computes the training.</summary>
    public TrainingDevice Device { get; init; }

    /// <summary>Whether a GPU takes float16 where that is accurate enough, with a scaled loss.</summary>
    public bool MixedPrecision { get; init; }

    /// <summary>Whether libtorch computes on the CPU too, which is how what runs on GPUs is tested without one.</summary>
    internal bool ByLibTorch { get; init; }

    /// <summary>The epoch at which training ends for now.</summary>
    internal int LastEpoch => PauseAfter > 0 ? Math.Min(PauseAfter, Epochs) : Epochs;

    /// <summary>Makes sure that the device is there and can train the model; takes no time, so that nothing need be loaded before.</summary>
    /// <exception cref="TrainingDeviceException">It is not, or cannot.</exception>
    public void CheckDevice()
    {
        if (MixedPrecision && Device != TrainingDevice.Cuda && !ByLibTorch)
            throw new TrainingDeviceException("mixed precision is for GPUs alone: ask for device cuda too, or leave it out");
        if (Device != TrainingDevice.Cuda)
            return;
        if (Models.ModelRegistry.TrainingOf(Model) is not null)
            throw new TrainingDeviceException($"model '{Model}' is no network and is trained on the CPU: leave the device out");
        _ = Models.Torch.CudaDevice.Of(0);
    }

    /// <summary>Makes sure that so many processes can train the model; takes no time, so that none need be started before.</summary>
    /// <param name="ranks">How many.</param>
    /// <exception cref="TrainingDataException">They cannot.</exception>
    public void CheckRanks(int ranks)
    {
        if (ranks > 1 && Models.ModelRegistry.TrainingOf(Model) is not null)
            throw new TrainingDataException($"Model '{Model}' is trained by one process; leave the ranks out");
        if (ranks > BatchSize)
            throw new TrainingDataException($"A batch of {BatchSize} events cannot be divided among {ranks} ranks");
    }

    /// <summary>Makes sure that the numbers make sense.</summary>
    /// <exception cref="ArgumentOutOfRangeException">One does not.</exception>
    internal void Check()
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(Epochs);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(BatchSize);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(Threads);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(LogEvery);
        ArgumentOutOfRangeException.ThrowIfNegative(CheckpointEvery);
        ArgumentOutOfRangeException.ThrowIfNegative(Patience);
        ArgumentOutOfRangeException.ThrowIfNegative(PauseAfter);
        if (!(LearningRate > 0 && double.IsFinite(LearningRate)))
            throw new ArgumentOutOfRangeException(nameof(LearningRate), LearningRate, "The learning rate must be a positive number.");
        if (!(MaxGradientNorm > 0))
            throw new ArgumentOutOfRangeException(nameof(MaxGradientNorm), MaxGradientNorm, "The largest gradient norm must be positive.");
        if (!(ValidationShare is >= 0 and < 1))
            throw new ArgumentOutOfRangeException(nameof(ValidationShare), ValidationShare, "A part is at least 0 and less than 1.");
        if (Patience > 0 && ValidationShare == 0)
            throw new ArgumentOutOfRangeException(nameof(ValidationShare), ValidationShare, "Early stopping needs events to judge by.");
        if (ClassWeights.Any(weight => !(weight > 0 && double.IsFinite(weight))))
            throw new ArgumentOutOfRangeException(nameof(ClassWeights), "Class weights must be positive numbers.");
    }
}

/// <summary>What early stopping watches, always of events held back from training.</summary>
public enum StoppingFigure
{
    /// <summary>The mean loss.</summary>
    Loss,

    /// <summary>The mean over the classes of the area under the ROC curve.</summary>
    Auc,
}
