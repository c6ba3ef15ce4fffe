using System.Diagnostics;
using DaprHep.Learning.Checkpoints;
using DaprHep.Learning.Models;

namespace DaprHep.Learning.Training;

/// <summary>Trains a model: the whole of it, from top to bottom.</summary>
public static class TrainingLoop
{
    private static readonly TimeSpan BetweenCheckpoints = TimeSpan.FromSeconds(1);

    /// <summary>Trains a model that nobody watches but after every epoch, without checkpoints.</summary>
    /// <param name="data">Training and test events with scaled features.</param>
    /// <param name="classes">How many classes there are; labels run from 0.</param>
    /// <param name="options">How to train.</param>
    /// <param name="progress">Told after every epoch, on the calling thread.</param>
    /// <param name="cancellation">Looked at before every batch.</param>
    /// <inheritdoc cref="Run(TrainingData, int, TrainingOptions, TrainingProgress, CheckpointStore?, CancellationToken)"/>
    public static TrainingOutcome Run(
        TrainingData data, int classes, TrainingOptions options, Action<EpochReport>? progress = null,
        CancellationToken cancellation = default) =>
        Run(data, classes, options, new TrainingProgress { Epoch = progress }, null, cancellation);

    /// <summary>
    /// Trains a model, from its last checkpoint where there is one. The same options and data give the same weights, bit by bit, in every
    /// run on one type of machine, however often it was interrupted and whatever the number of threads.
    /// </summary>
    /// <param name="data">Training and test events with scaled features. Test events are looked at, never learned from.</param>
    /// <param name="classes">How many classes there are; labels run from 0.</param>
    /// <param name="options">How to train.</param>
    /// <param name="progress">Whom to tell.</param>
    /// <param name="checkpoints">Where to keep checkpoints, and to look for earlier ones; null for nowhere.</param>
    /// <param name="cancellation">Looked at before every batch; a last checkpoint is written.</param>
    /// <returns>The trained model, for the caller to dispose, and what was reported.</returns>
    /// <exception cref="UnknownModelException">There is no model of that name.</exception>
    /// <exception cref="HyperParameterException">The model does not take one of the hyper-parameters, or not that value.</exception>
    /// <exception cref="TrainingDataException">A class has no training events, a label is out of range, a feature is not finite,
    /// particles are needed and missing.</exception>
    /// <exception cref="CheckpointMismatchException">The checkpoints are of another training.</exception>
    /// <exception cref="TrainingDivergedException">The loss became NaN or infinite.</exception>
    /// <exception cref="OperationCanceledException">Cancelled.</exception>
    public static TrainingOutcome Run(
        TrainingData data, int classes, TrainingOptions options, TrainingProgress progress, CheckpointStore? checkpoints,
        CancellationToken cancellation = default)
    {
        options.Check();
        CheckEvents(data, classes, options.Model);
        if (ModelRegistry.TrainingOf(options.Model) is { } ownTraining)
            return ownTraining(data, classes, options, progress, checkpoints, cancellation);

        var train = data.Train;
        var (learned, heldBack) = ValidationSplit.Of(train, options.ValidationShare);
        var validation = train.Select(heldBack);
        var counts = CountByClass(train, learned, validation, classes, options);
        var batchesPerEpoch = (learned.Length + options.BatchSize - 1) / options.BatchSize;
        var steps = (long)options.Epochs * batchesPerEpoch;
        var batch = new EventBatch(Math.Min(options.BatchSize, learned.Length), train.FeatureCount);
        var order = new int[learned.Length];
        var window = progress.Step is null ? null : new MetricsWindow(classes, batch.Labels.Length, options.LogEvery);
        var identity = checkpoints is null ? null : TrainingIdentity.Of(data, classes, options);
        var model = ModelRegistry.CreateNetwork(options.Model, train.FeatureCount, classes, options.Seed, options.Parameters);
        model.UseThreads(options.Threads);
        model.ClassWeights = ClassWeights.Of(options, counts);
        try
        {
            // Start, or go on from the last checkpoint.
            var state = new TrainingState();
            IReadOnlyList<NamedTensor> best = [];
            if (checkpoints?.Load(identity!) is { } checkpoint)
            {
                (state, best) = (checkpoint.State, checkpoint.BestWeights);
                model.ImportWeights(checkpoint.Weights);
                model.ImportOptimizer(checkpoint.Optimizer);
            }

            var lastSaved = Stopwatch.GetTimestamp();
            var learningRate = options.LearningRate;
            var lastEpoch = options.LastEpoch;
            while (state.Epoch < lastEpoch && !state.HasStoppedImproving(options.Patience))
            {
                // Data: a fresh permutation that depends on seed and epoch alone, so that an epoch can be repeated.
                var started = Stopwatch.GetTimestamp();
                learned.CopyTo(order, 0);
                new SeededRandom(options.Seed, SeededRandom.Stream.Shuffle, state.Epoch).Shuffle(order);

                var eventsNow = 0;
                while (state.Batch < batchesPerEpoch)
                {
                    if (cancellation.IsCancellationRequested)
                        Save();
                    cancellation.ThrowIfCancellationRequested();
                    var first = state.Batch * options.BatchSize;
                    batch.Gather(train, order.AsSpan(first, Math.Min(options.BatchSize, order.Length - first)));

                    // Forward and loss.
                    model.Forward(batch);
                    var loss = model.Loss();
                    if (!float.IsFinite(loss))
                        throw Diverged(loss);
                    state.LossSum += loss * (double)batch.Count;
                    window?.Add(model, batch, loss);

                    // Backward and clip.
                    model.Backward();
                    if (double.IsFinite(options.MaxGradientNorm))
                        model.ClipGradients(options.MaxGradientNorm);

                    // Schedule and step.
                    learningRate = options.Schedule.At(options.LearningRate, StepsDone(), steps);
                    model.Step(learningRate);
                    state.Batch++;
                    eventsNow += batch.Count;

                    // Log and checkpoint.
                    if (window is { IsFull: true })
                        progress.Step!(window.Take(state.Epoch + 1, options.Epochs, StepsDone(), steps, learningRate));
                    if (options.CheckpointEvery > 0 && StepsDone() % options.CheckpointEvery == 0)
                        Save();
                }

                // Evaluate and log. The rate is asked for again, because an epoch may be resumed after its last step.
                learningRate = options.Schedule.At(options.LearningRate, StepsDone() - 1, steps);
                var rate = eventsNow / Stopwatch.GetElapsedTime(started).TotalSeconds;
                var (test, held) = (Judgement.Of(model, data.Test), Judgement.Of(model, validation));
                var report = new EpochReport(
                    state.Epoch + 1, options.Epochs, state.LossSum / learned.Length, test?.Loss, test?.Accuracy, learningRate, rate)
                {
                    ValidationLoss = held?.Loss,
                    ValidationAccuracy = held?.Accuracy,
                    ValidationAuc = held?.Auc,
                };
                state.Reports.Add(report);
                (state.Epoch, state.Batch, state.LossSum) = (state.Epoch + 1, 0, 0);

                // Early stopping: the best weights so far are kept.
                if (options.Patience > 0)
                {
                    var figure = options.StopBy == StoppingFigure.Auc ? -held!.Auc!.Value : held!.Loss;
                    if (state.BestEpoch == 0 || figure < state.BestFigure)
                        (state.BestEpoch, state.BestFigure, best) = (state.Epoch, figure, model.ExportWeights());
                }

                // Checkpoint; not after every one of many short epochs.
                if (Stopwatch.GetElapsedTime(lastSaved) >= BetweenCheckpoints || state.Epoch == lastEpoch
                    || state.HasStoppedImproving(options.Patience))
                    Save();
                progress.Epoch?.Invoke(report);
            }

            if (best.Count > 0)
                model.ImportWeights(best);
            return new TrainingOutcome(model, state.Reports);

            long StepsDone() => (long)state.Epoch * batchesPerEpoch + state.Batch;

            TrainingDivergedException Diverged(double loss) =>
                new(state.Epoch + 1, state.Batch + 1, loss, learningRate, checkpoints?.Last);

            void Save()
            {
                if (checkpoints is null)
                    return;
                var weights = model.ExportWeights();
                if (!weights.All(weight => Array.TrueForAll(weight.Values, float.IsFinite)))
                    throw Diverged(double.NaN);
                checkpoints.Save(new Checkpoint(state, weights, model.ExportOptimizer(), best), identity!);
                lastSaved = Stopwatch.GetTimestamp();
            }
        }
        catch
        {
            model.Dispose();
            throw;
        }
    }

    private static void CheckEvents(TrainingData data, int classes, string model)
    {
        if (ModelRegistry.ReadsParticles(model) && (data.Train.Particles is null || data.Test.Count > 0 && data.Test.Particles is null))
            throw new TrainingDataException($"Model '{model}' reads particles, and the events come without; load them with the features");
        CheckClasses(data.Train.CountByClass(classes), "training");
        if (data.Test.Count > 0 && data.Test.FeatureCount != data.Train.FeatureCount)
        {
            throw new TrainingDataException(
                $"Test events have {data.Test.FeatureCount} features, training events {data.Train.FeatureCount}; "
                + "both must come from one dataset");
        }

        data.Test.CountByClass(classes);
        data.Train.CheckFinite();
        data.Test.CheckFinite();
    }

    /// <summary>Events of each class to learn from; makes sure that no class is without.</summary>
    internal static int[] CountByClass(
        LabelledEvents train, int[] learned, LabelledEvents validation, int classes, TrainingOptions options)
    {
        var counts = new int[classes];
        foreach (var row in learned)
            counts[train.Labels.Span[row]]++;
        CheckClasses(counts, "training");
        if (options.Patience > 0)
            CheckClasses(validation.CountByClass(classes), "validation");
        return counts;
    }

    private static void CheckClasses(int[] counts, string use)
    {
        var missing = Array.IndexOf(counts, 0);
        if (missing >= 0)
            throw new TrainingDataException($"Class {missing} has no {use} events; every one of the {counts.Length} classes needs some");
    }
}
