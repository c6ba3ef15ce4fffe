using System.Globalization;
using DaprHep.Learning.Models;

namespace DaprHep.Learning.Tuning;

/// <summary>A piece of work that a study asks for: to train one fold of one trial from one rung to the next.</summary>
/// <param name="Trial">The trial's number.</param>
/// <param name="Rung">Which rung of the trial it leads to, from 0.</param>
/// <param name="Fold">Which fold is held back, from 0.</param>
/// <param name="Parameters">The hyper-parameters, of the model and of the training.</param>
/// <param name="FromEpoch">Epochs done at the rung before, to go on from by its checkpoint; 0 to start anew.</param>
/// <param name="ToEpoch">Epochs, from the beginning, to train up to.</param>
/// <param name="Epochs">Epochs that the schedule of the learning rate is of; at least <paramref name="ToEpoch"/>.</param>
/// <param name="Checkpoint">What the result of the rung before said of its checkpoint; null for the first rung.</param>
public sealed record TrialRun(
    int Trial, int Rung, int Fold, HyperParameters Parameters, int FromEpoch, int ToEpoch, int Epochs, string? Checkpoint)
{
    /// <summary>Names the trial and the fold, for a folder of checkpoints: the same at every rung.</summary>
    public string Name => string.Create(CultureInfo.InvariantCulture, $"{FolderOf(Trial)}/fold-{Fold}");

    /// <summary>Names a trial, for the folder of the checkpoints of all its folds.</summary>
    public static string FolderOf(int trial) => string.Create(CultureInfo.InvariantCulture, $"trial-{trial:D5}");
}

/// <summary>What came of a <see cref="TrialRun"/>.</summary>
/// <param name="Trial">Its trial.</param>
/// <param name="Rung">Its rung.</param>
/// <param name="Fold">Its fold.</param>
public sealed record TrialResult(int Trial, int Rung, int Fold)
{
    /// <summary>Mean over the classes of the area under the ROC curve, of the events held back; higher is better. Null or NaN: a
    /// failure.</summary>
    public double? Auc { get; init; }

    /// <summary>Mean cross-entropy of these events.</summary>
    public double? Loss { get; init; }

    /// <summary>Part of these events put into their own class.</summary>
    public double? Accuracy { get; init; }

    /// <summary>How long it took, in s.</summary>
    public double Seconds { get; init; }

    /// <summary>Where the checkpoint lies that the next rung can go on from.</summary>
    public string? Checkpoint { get; init; }

    /// <summary>Why the trial is bad; null if it is not.</summary>
    public string? Failure { get; init; }
}
