using System.Text.Json.Serialization;
using DaprHep.Learning.Models;

namespace DaprHep.Learning.Tuning;

/// <summary>Where a trial stands.</summary>
public enum TrialState
{
    /// <summary>It trains, or waits for a place to.</summary>
    [JsonStringEnumMemberName("running")]
    Running,

    /// <summary>It has reached a rung and would go on from there if it came to be among the best.</summary>
    [JsonStringEnumMemberName("paused")]
    Paused,

    /// <summary>It has trained for as long as it was to.</summary>
    [JsonStringEnumMemberName("completed")]
    Completed,

    /// <summary>It could not be trained, e.g. because its loss became NaN: bad hyper-parameters.</summary>
    [JsonStringEnumMemberName("failed")]
    Failed,
}

/// <summary>One point of the search space and what has become of it.</summary>
public sealed class Trial
{
    /// <summary>Counts the trials, from 0.</summary>
    public required int Id { get; init; }

    /// <summary>Its hyper-parameters.</summary>
    public required HyperParameters Parameters { get; init; }

    /// <summary>Where it stands.</summary>
    public required TrialState State { get; set; }

    /// <summary>Why it failed.</summary>
    public string? Failure { get; set; }

    /// <summary>How far it has been trained, in steps of which each but the last has all its results.</summary>
    public required List<TrialRung> Rungs { get; init; }

    /// <summary>The rung with its largest area under the ROC curve; null before its first result, and for a failure.</summary>
    [JsonIgnore]
    public TrialRung? Best => State == TrialState.Failed ? null : Rungs.Where(rung => rung.Auc is not null).MaxBy(rung => rung.Auc);

    /// <summary>Its largest area under the ROC curve; null before its first result, and for a failure.</summary>
    [JsonIgnore]
    public double? Auc => Best?.Auc;

    /// <summary>Epochs that it has trained for, in all folds together.</summary>
    [JsonIgnore]
    public int EpochsSpent => Rungs.Select(
        (rung, i) => rung.Folds.Count(fold => fold.State == FoldState.Done) * (rung.Epochs - (i > 0 ? Rungs[i - 1].Epochs : 0))).Sum();

    /// <summary>Seconds that it has trained for, in all folds together.</summary>
    [JsonIgnore]
    public double Seconds => Rungs.Sum(rung => rung.Folds.Sum(fold => fold.Seconds ?? 0));
}

/// <summary>A number of epochs at which a trial is judged.</summary>
public sealed class TrialRung
{
    /// <summary>Epochs from the beginning.</summary>
    public required int Epochs { get; init; }

    /// <summary>Counts the rungs of all trials in the order in which they were completed, from 0; null before.</summary>
    public int? Order { get; set; }

    /// <summary>Mean over the folds of the area under the ROC curve; null before all have a result.</summary>
    public double? Auc { get; set; }

    /// <summary>The folds, in their order.</summary>
    public required List<TrialFold> Folds { get; init; }
}

/// <summary>Where the training of one fold up to a rung stands.</summary>
public enum FoldState
{
    /// <summary>It has not been given to anyone.</summary>
    [JsonStringEnumMemberName("waiting")]
    Waiting,

    /// <summary>Someone trains it.</summary>
    [JsonStringEnumMemberName("running")]
    Running,

    /// <summary>It has a result.</summary>
    [JsonStringEnumMemberName("done")]
    Done,
}

/// <summary>The training of one fold up to a rung. All figures are of the events held back.</summary>
public sealed class TrialFold
{
    /// <summary>Where it stands.</summary>
    public required FoldState State { get; set; }

    /// <summary>Mean over the classes of the area under the ROC curve; null before the result and for a failure.</summary>
    public double? Auc { get; set; }

    /// <summary>Mean cross-entropy.</summary>
    public double? Loss { get; set; }

    /// <summary>Part of the events put into their own class.</summary>
    public double? Accuracy { get; set; }

    /// <summary>How long the training from the rung before took, in s.</summary>
    public double? Seconds { get; set; }

    /// <summary>Where the checkpoint lies that the next rung goes on from.</summary>
    public string? Checkpoint { get; set; }
}
