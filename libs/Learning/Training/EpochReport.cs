namespace DaprHep.Learning.Training;

/// <summary>How training stands after an epoch.</summary>
/// <param name="Epoch">The epoch, from 1.</param>
/// <param name="Epochs">Epochs asked for.</param>
/// <param name="TrainLoss">Mean cross-entropy over the epoch's batches, each taken before its step.</param>
/// <param name="TestLoss">Mean cross-entropy over the test events after the epoch; null without test events.</param>
/// <param name="TestAccuracy">Part of the test events put into their own class; null without test events.</param>
/// <param name="LearningRate">The learning rate of the epoch's last step.</param>
/// <param name="EventsPerSecond">Training events a second, evaluation not counted.</param>
public sealed record EpochReport(
    int Epoch, int Epochs, double TrainLoss, double? TestLoss, double? TestAccuracy, double LearningRate, double EventsPerSecond)
{
    /// <summary>Mean cross-entropy over the events held back from training; null where none are.</summary>
    public double? ValidationLoss { get; init; }

    /// <summary>Part of them put into their own class.</summary>
    public double? ValidationAccuracy { get; init; }

    /// <summary>Mean over the classes of the area under their ROC curve.</summary>
    public double? ValidationAuc { get; init; }

    /// <summary>The same report, with figures of the events held back; null where none are.</summary>
    internal EpochReport With(Judgement? heldBack) => this with
    {
        ValidationLoss = heldBack?.Loss, ValidationAccuracy = heldBack?.Accuracy, ValidationAuc = heldBack?.Auc,
    };
}
