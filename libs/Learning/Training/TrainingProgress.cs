namespace DaprHep.Learning.Training;

/// <summary>Who is told how training goes. All are called on the thread that trains.</summary>
public sealed record TrainingProgress
{
    /// <summary>Told after every epoch.</summary>
    public Action<EpochReport>? Epoch { get; init; }

    /// <summary>Told every <see cref="TrainingOptions.LogEvery"/> steps.</summary>
    public Action<LiveMetrics>? Step { get; init; }

    /// <summary>Told which rows of the training events are in every batch, before it is used.</summary>
    internal Action<ReadOnlySpan<int>>? Batch { get; init; }
}

/// <summary>How training goes: figures of the training events since the last such report, each taken before its step.</summary>
/// <param name="Epoch">The epoch, from 1.</param>
/// <param name="Epochs">Epochs asked for.</param>
/// <param name="Step">Steps done.</param>
/// <param name="Steps">Steps of all epochs.</param>
/// <param name="Events">Training events since the last report.</param>
/// <param name="Loss">Their mean loss.</param>
/// <param name="Accuracy">Part of them put into their own class.</param>
/// <param name="Auc">Mean over the classes of the area under the ROC curve, one against the others; null where a class is missing.</param>
/// <param name="LearningRate">The learning rate of the last step.</param>
/// <param name="EventsPerSecond">Training events a second.</param>
public sealed record LiveMetrics(
    int Epoch, int Epochs, long Step, long Steps, int Events, double Loss, double Accuracy, double? Auc, double LearningRate,
    double EventsPerSecond);
