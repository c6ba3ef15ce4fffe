using System.Text.Json.Serialization;
using DaprHep.Learning.Models;
using DaprHep.Learning.Training;

namespace DaprHep.Learning.Tuning;

/// <summary>How the next hyper-parameters are chosen.</summary>
public enum TuningAlgorithm
{
    /// <summary>Every point of the space, in order.</summary>
    [JsonStringEnumMemberName("grid")]
    Grid,

    /// <summary>Points drawn at random (Bergstra and Bengio, JMLR 13, 2012).</summary>
    [JsonStringEnumMemberName("random")]
    Random,

    /// <summary>Points near good ones: tree-structured Parzen estimators (Bergstra et al., NIPS 2011).</summary>
    [JsonStringEnumMemberName("tpe")]
    Tpe,

    /// <summary>
    /// Points drawn at random, trained for a little at first; the better ones go on, again and again: asynchronous successive halving (Li
    /// et al., arXiv:1810.05934).
    /// </summary>
    [JsonStringEnumMemberName("asha")]
    Asha,
}

/// <summary>What a study is told beside its search space.</summary>
public sealed record StudyOptions
{
    /// <summary>The most trials of a study.</summary>
    public const int MostTrials = 10_000;

    /// <summary>The most folds of a study.</summary>
    public const int MostFolds = 100;

    /// <summary>Trials of a study that is not told how many, unless it is a grid.</summary>
    public const int UsualTrials = 50;

    private const int UsualRungs = 4;

    /// <summary>Which model, by its name in <see cref="ModelRegistry"/>.</summary>
    public required string Model { get; init; }

    /// <summary>Names the training events, so that a study does not go on with others; null where it cannot.</summary>
    public string? Dataset { get; init; }

    /// <summary>How the next hyper-parameters are chosen.</summary>
    public required TuningAlgorithm Algorithm { get; init; }

    /// <summary>Trials at most; null for a whole grid, or <see cref="UsualTrials"/> otherwise.</summary>
    public int? Trials { get; init; }

    /// <summary>How long a trial trains where the space does not say; with ASHA, how long the best ones do.</summary>
    public int Epochs { get; init; } = 50;

    /// <summary>Parts that the training events are cut into, each held back once; 1: a fifth is held back, always the same.</summary>
    public int Folds { get; init; } = 1;

    /// <summary>Decides what is drawn, and is the seed of every training.</summary>
    public ulong Seed { get; init; } = 1;

    /// <summary>The study ends when so many results in a row have not been better than the best; 0: never.</summary>
    public int Patience { get; init; }

    /// <summary>ASHA: one of so many goes on, and trains that many times longer.</summary>
    public int Reduction { get; init; } = 3;

    /// <summary>
    /// ASHA: how often trials are compared, the end included; null for as often as one of the trials gets through to the end, four times
    /// at most.
    /// </summary>
    public int? Rungs { get; init; }

    /// <summary>What holds in every trial where the space says nothing; null for what is usual.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public HyperParameters? Training { get; init; }

    /// <summary>What computes.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public TrainingDevice Device { get; init; }

    /// <summary>Whether a GPU takes float16 where that is accurate enough.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public bool MixedPrecision { get; init; }

    /// <summary>How the model is trained at a point of the space.</summary>
    /// <param name="parameters">The point.</param>
    /// <param name="threads">Threads that the model may use.</param>
    /// <exception cref="HyperParameterException">The model does not take one of the hyper-parameters, or not that value.</exception>
    public TrainingOptions TrainingAt(HyperParameters parameters, int threads)
    {
        var usual = ModelRegistry.UsualTrainingOf(Model) with
        {
            Seed = Seed, Threads = threads, Device = Device, MixedPrecision = MixedPrecision,
        };
        return usual.With((Training ?? HyperParameters.None).With(parameters));
    }

    /// <summary>The number of rungs, for a number of trials.</summary>
    internal int RungsFor(int trials)
    {
        var rungs = 1;
        for (var reached = trials / Reduction; Rungs is null && reached > 0 && rungs < UsualRungs; reached /= Reduction)
            rungs++;
        return Rungs ?? rungs;
    }

    internal void Check()
    {
        if (!Enum.IsDefined(Algorithm))
            throw new ArgumentOutOfRangeException(nameof(Algorithm), Algorithm, "There is no such algorithm.");
        if (Trials is < 1 or > MostTrials)
            throw new ArgumentOutOfRangeException(nameof(Trials), Trials, $"A study has from 1 to {MostTrials} trials.");
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(Epochs);
        if (Folds is < 1 or > MostFolds)
            throw new ArgumentOutOfRangeException(nameof(Folds), Folds, $"There are from 1 to {MostFolds} folds.");
        ArgumentOutOfRangeException.ThrowIfNegative(Patience);
        ArgumentOutOfRangeException.ThrowIfLessThan(Reduction, 2);
        if (Rungs is < 1 or > 32)
            throw new ArgumentOutOfRangeException(nameof(Rungs), Rungs, "There are from 1 to 32 rungs.");
    }
}
