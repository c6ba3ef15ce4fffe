using System.Diagnostics;
using DaprHep.Data.Events;
using DaprHep.Learning.Checkpoints;
using DaprHep.Learning.Distributed;
using DaprHep.Learning.Models;
using DaprHep.Learning.Models.Torch;

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
    /// <inheritdoc cref="Run(TrainingData, int, TrainingOptions, TrainingProgress, CheckpointStore?, RankGroup?, CancellationToken)"/>
    public static TrainingOutcome Run(
        TrainingData data, int classes, TrainingOptions options, Action<EpochReport>? progress = null,
        CancellationToken cancellation = default) =>
        Run(data, classes, options, new TrainingProgress { Epoch = progress }, null, null, cancellation);

    /// <summary>Trains a model in one process, from its last checkpoint where there is one.</summary>
    /// <param name="data">Training and test events with scaled features. Test events are looked at, never learned from.</param>
    /// <param name="classes">How many classes there are; labels run from 0.</param>
    /// <param name="options">How to train.</param>
    /// <param name="progress">Whom to tell.</param>
    /// <param name="checkpoints">Where to keep checkpoints, and to look for earlier ones; null for nowhere.</param>
    /// <param name="cancellation">Looked at before every batch; a last checkpoint is written.</param>
    /// <inheritdoc cref="Run(TrainingData, int, TrainingOptions, TrainingProgress, CheckpointStore?, RankGroup?, CancellationToken)"/>
    public static TrainingOutcome Run(
        TrainingData data, int classes, TrainingOptions options, TrainingProgress progress, CheckpointStore? checkpoints,
        CancellationToken cancellation = default) =>
        Run(data, classes, options, progress, checkpoints, null, cancellation);

    /// <summary>
    /// Trains a model, from its last checkpoint where there is one. The same options and data give the same weights, bit by bit, in every
    /// run on one type of machine, however often it was interrupted and whatever the number of threads; on a GPU, to rounding.
    /// </summary>
    /// <param name="data">Training and test events with scaled features. Test events are looked at, never learned from.</param>
    /// <param name="classes">How many classes there are; labels run from 0.</param>
    /// <param name="options">How to train.</param>
    /// <param name="progress">Whom to tell.</param>
    /// <param name="checkpoints">Where to keep checkpoints, and to look for earlier ones; null for nowhere.</param>
    /// <param name="ranks">
    /// The processes that train together, each with its own share of the events; null for one alone. Batches are divided among them, so
    /// that the options mean what they mean for one, and all have the same weights at every step. The same number of ranks gives the same
    /// bits. Checkpoints are written by rank 0 and read by all; from one of another number of ranks, training goes on with the same step.
    /// </param>
    /// <param name="cancellation">Looked at before every batch; a last checkpoint is written.</param>
    /// <returns>The trained model, for the caller to dispose, and what was reported.</returns>
    /// <exception cref="UnknownModelException">There is no model of that name.</exception>
    /// <exception cref="HyperParameterException">The model does not take one of the hyper-parameters, or not that value.</exception>
    /// <exception cref="TrainingDataException">A class has no training events, a label is out of range, a feature is not finite,
    /// particles are needed and missing.</exception>
    /// <exception cref="TrainingDeviceException">The device is not there, or the training cannot run on it.</exception>
    /// <exception cref="CheckpointMismatchException">The checkpoints are of another training.</exception>
    /// <exception cref="TrainingDivergedException">The loss became NaN or infinite.</exception>
    /// <exception cref="RankLostException">Another rank is gone.</exception>
    /// <exception cref="OperationCanceledException">Cancelled.</exception>
    public static TrainingOutcome Run(
        TrainingData data, int classes, TrainingOptions options, TrainingProgress progress, CheckpointStore? checkpoints,
        RankGroup? ranks, CancellationToken cancellation = default)
    {
        options.Check();
        options.CheckDevice();
        CheckEvents(data, classes, options, ranks);
        if (ModelRegistry.TrainingOf(options.Model) is { } ownTraining)
            return ownTraining(data, classes, options, progress, checkpoints, cancellation);

        var train = data.Train;
        var (learned, heldBack) = ValidationSplit.Of(train, options.ValidationShare);
        var validation = train.Select(heldBack);
        var counts = CountByClass(train, learned, validation, classes, options, ranks);
        var batchSize = ranks.Share().EventsOf(options.BatchSize);
        var batchesPerEpoch = (int)ranks.Gather((learned.Length + batchSize - 1) / batchSize).Max();
        var steps = (long)options.Epochs * batchesPerEpoch;
        var batch = new EventBatch(Math.Min(batchSize, learned.Length), train.FeatureCount);
        var mirrors = options.Mirror ? new MirrorImages(train.Scaling, batch.Labels.Length) : null;
        var batches = new EpochBatches(learned, batchSize, batchesPerEpoch, ranks is null ? null : train.Particles);
        var window = progress.Step is null && ranks is null ? null : new MetricsWindow(classes, batch.Labels.Length, options.LogEvery);
        var identity = checkpoints is null ? null : TrainingIdentity.Of(data, classes, options, ranks);
        if (options.Device == TrainingDevice.Cuda)
            ranks?.ConnectGpus(CudaDevice.Of(ranks.Rank).index);
        var exchange = ranks is null ? null : new GradientExchange(ranks);
        var seed = SeedOf(options, ranks);
        var model = TorchClassifier.Place(
            ModelRegistry.CreateNetwork(options.Model, train.FeatureCount, classes, seed, options.Parameters), options, ranks?.Rank ?? 0,
            seed);
        model.UseThreads(options.Threads);
        model.ClassWeights = ClassWeights.Of(options, counts);
        model.Exchange = exchange;
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

            ranks?.StartFromSame(model, StepsDone());
            var lastSaved = Stopwatch.GetTimestamp();
            var learningRate = options.LearningRate;
            var lastEpoch = options.LastEpoch;
            while (state.Epoch < lastEpoch && !state.HasStoppedImproving(options.Patience))
            {
                // Data: batches that depend on seed and epoch alone, so that an epoch can be repeated.
                var started = Stopwatch.GetTimestamp();
                batches.Draw(seed, state.Epoch);

                var eventsNow = 0;
                while (state.Batch < batchesPerEpoch)
                {
                    if (exchange?.Stops ?? cancellation.IsCancellationRequested)
                    {
                        Save();
                        throw new OperationCanceledException(cancellation);
                    }

                    batch.Gather(train, batches.Of(state.Batch));
                    progress.Batch?.Invoke(batch.Rows.AsSpan(0, batch.Count));
                    mirrors?.Apply(batch, train, options.Seed, state.Epoch);

                    // Forward and loss. A rank whose events are all used still takes part in the steps of the others.
                    var loss = 0f;
                    if (batch.Count > 0)
                    {
                        model.Forward(batch);
                        loss = model.Loss();
                    }

                    var (lossSum, events) = (loss * (double)batch.Count, batch.Count);
                    window?.Add(model, batch, loss);

                    // Backward, gradients and losses becoming those of all ranks, and clip.
                    exchange?.Start(events, lossSum, cancellation.IsCancellationRequested);
                    if (batch.Count > 0)
                        model.Backward();
                    else
                        model.BackwardOfOthers();
                    if (exchange is not null)
                        (lossSum, events) = (exchange.LossSum, exchange.Events);
                    if (!double.IsFinite(lossSum))
                        throw Diverged(lossSum);
                    state.LossSum += lossSum;
                    if (double.IsFinite(options.MaxGradientNorm))
                        model.ClipGradients(options.MaxGradientNorm);

                    // Schedule and step.
                    learningRate = options.Schedule.At(options.LearningRate, StepsDone(), steps);
                    model.Step(learningRate);
                    state.Batch++;
                    eventsNow += events;

                    // Log and checkpoint.
                    if (window is { IsFull: true })
                    {
                        var metrics = window.Take(state.Epoch + 1, options.Epochs, StepsDone(), steps, learningRate, ranks);
                        progress.Step?.Invoke(metrics);
                    }

                    if (options.CheckpointEvery > 0 && StepsDone() % options.CheckpointEvery == 0)
                        Save();
                }

                // Evaluate and log. The rate is asked for again, because an epoch may be resumed after its last step.
                learningRate = options.Schedule.At(options.LearningRate, StepsDone() - 1, steps);
                var rate = eventsNow / Stopwatch.GetElapsedTime(started).TotalSeconds;
                var (test, held) = (Judgement.Of(model, data.Test, ranks), Judgement.Of(model, validation, ranks));
                var report = new EpochReport(
                    state.Epoch + 1, options.Epochs, state.LossSum / counts.Sum(), test?.Loss, test?.Accuracy, learningRate,
                    rate).With(held);
                state.Reports.Add(report);
                (state.Epoch, state.Batch, state.LossSum) = (state.Epoch + 1, 0, 0);

                // Early stopping: the best weights so far are kept.
                if (options.Patience > 0 && state.IsBest(options.StopBy, held!))
                    best = model.ExportWeights();

                // Checkpoint; not after every one of many short epochs.
                if (Stopwatch.GetElapsedTime(lastSaved) >= BetweenCheckpoints || state.Epoch == lastEpoch
                    || state.HasStoppedImproving(options.Patience))
                    Save();
                progress.Epoch?.Invoke(report);
            }

            if (best.Count > 0)
                model.ImportWeights(best);
            return new TrainingOutcome(model.OwnKernels(), state.Reports);

            long StepsDone() => (long)state.Epoch * batchesPerEpoch + state.Batch;

            TrainingDivergedException Diverged(double loss) =>
                new(state.Epoch + 1, state.Batch + 1, loss, learningRate, checkpoints?.Last);

            void Save()
            {
                if (checkpoints is null || ranks is { Rank: > 0 })
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

    /// <summary>Each rank drops and shuffles for itself; rank 0 as a process alone would.</summary>
    private static ulong SeedOf(TrainingOptions options, RankGroup? ranks) =>
        unchecked(options.Seed + (ulong)(ranks?.Rank ?? 0) * 0x9E3779B97F4A7C15);

    private static void CheckEvents(TrainingData data, int classes, TrainingOptions options, RankGroup? ranks)
    {
        var model = options.Model;
        options.CheckRanks(ranks?.Size ?? 1);
        if (ModelRegistry.ReadsParticles(model) && (data.Train.Particles is null || data.Test.Count > 0 && data.Test.Particles is null))
            throw new TrainingDataException($"Model '{model}' reads particles, and the events come without; load them with the features");
        if (data.Test.Count > 0 && data.Test.FeatureCount != data.Train.FeatureCount)
        {
            throw new TrainingDataException(
                $"Test events have {data.Test.FeatureCount} features, training events {data.Train.FeatureCount}; "
                + "both must come from one dataset");
        }

        var counts = data.Train.CountByClass(classes);
        data.Test.CountByClass(classes);
        data.Train.CheckFinite();
        data.Test.CheckFinite();
        CheckClasses(ranks.Sum(counts), "training");
    }

    /// <summary>Events of each class to learn from; makes sure that no class is without.</summary>
    internal static int[] CountByClass(
        LabelledEvents train, int[] learned, LabelledEvents validation, int classes, TrainingOptions options, RankGroup? ranks = null)
    {
        var counts = new int[classes];
        foreach (var row in learned)
            counts[train.Labels.Span[row]]++;
        counts = ranks.Sum(counts);
        CheckClasses(counts, "training");
        if (options.Patience > 0)
            CheckClasses(ranks.Sum(validation.CountByClass(classes)), "validation");
        return counts;
    }

    private static void CheckClasses(int[] counts, string use)
    {
        var missing = Array.IndexOf(counts, 0);
        if (missing < 0)
            return;
        var name = counts.Length == EventClasses.Names.Count ? $" ({EventClasses.Names[missing]})" : "";
        throw new TrainingDataException($"Class {missing}{name} has no {use} events; every one of the {counts.Length} classes needs some");
    }
}
