using System.Diagnostics;
using DaprHep.Learning.Checkpoints;
using DaprHep.Learning.Training;

namespace DaprHep.Learning.Tuning;

/// <summary>Does what a study asks for: trains one fold of one trial up to a rung, from its last checkpoint, and judges it.</summary>
public static class TrialTraining
{
    /// <summary>Trains and judges.</summary>
    /// <param name="run">What the study asked for.</param>
    /// <param name="study">What the study was told.</param>
    /// <param name="data">The run's fold, as <see cref="TrainingFolds.Of"/> cuts it.</param>
    /// <param name="classes">How many classes there are.</param>
    /// <param name="threads">Threads that the model may use.</param>
    /// <param name="checkpoints">Where the checkpoints of <see cref="TrialRun.Name"/> are; null to train from the beginning.</param>
    /// <param name="checkpoint">What the result shall say of the checkpoint, for whoever looks for it; null for nothing.</param>
    /// <param name="cancellation">Ends the work early.</param>
    /// <returns>The result. Training that diverged is a failure of the trial; everything else that goes wrong is thrown.</returns>
    /// <exception cref="TrainingDataException">The events cannot be learned from.</exception>
    /// <exception cref="CheckpointMismatchException">The checkpoints are of another training.</exception>
    /// <exception cref="OperationCanceledException">Cancelled.</exception>
    public static TrialResult Run(
        TrialRun run, StudyOptions study, TrainingData data, int classes, int threads, CheckpointStore? checkpoints, string? checkpoint,
        CancellationToken cancellation = default)
    {
        var started = Stopwatch.GetTimestamp();
        var result = new TrialResult(run.Trial, run.Rung, run.Fold);
        var options = study.TrainingAt(run.Parameters, threads) with { Epochs = run.Epochs, PauseAfter = run.ToEpoch };
        try
        {
            // The loop itself need not judge every epoch.
            var learned = data with { Test = data.Test.First(0) };
            using var model = TrainingLoop.Run(learned, classes, options, new TrainingProgress(), checkpoints, cancellation).Model;
            var judgement = Judgement.Of(model, data.Test)!;
            return result with
            {
                Auc = judgement.Auc,
                Loss = judgement.Loss,
                Accuracy = judgement.Accuracy,
                Seconds = Stopwatch.GetElapsedTime(started).TotalSeconds,
                Checkpoint = run.ToEpoch < run.Epochs ? checkpoint : null,
            };
        }
        catch (TrainingDivergedException e)
        {
            return result with { Failure = e.Message, Seconds = Stopwatch.GetElapsedTime(started).TotalSeconds };
        }
    }
}
