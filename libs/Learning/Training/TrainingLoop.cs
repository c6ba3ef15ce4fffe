using System.Diagnostics;
using DaprHep.Learning.Evaluation;
using DaprHep.Learning.Models;

namespace DaprHep.Learning.Training;

/// <summary>Trains a model: the whole of it, from top to bottom.</summary>
public static class TrainingLoop
{
    /// <summary>
    /// Trains a fresh model. With one thread the same options and data give the same weights, bit by bit, in every run.
    /// </summary>
    /// <param name="data">Training and test events with scaled features.</param>
    /// <param name="classes">How many classes there are; labels run from 0.</param>
    /// <param name="options">How to train.</param>
    /// <param name="progress">Told after every epoch, on the calling thread.</param>
    /// <param name="cancellation">Looked at before every batch.</param>
    /// <returns>The trained model, for the caller to dispose, and what was reported.</returns>
    /// <exception cref="UnknownModelException">There is no model of that name.</exception>
    /// <exception cref="HyperParameterException">The model does not take one of the hyper-parameters, or not that value.</exception>
    /// <exception cref="TrainingDataException">A class has no training events, a label is out of range, a feature is not finite,
    /// particles are needed and missing.</exception>
    /// <exception cref="TrainingDivergedException">The loss became NaN or infinite.</exception>
    /// <exception cref="OperationCanceledException">Cancelled.</exception>
    public static TrainingOutcome Run(
        TrainingData data, int classes, TrainingOptions options, Action<EpochReport>? progress = null,
        CancellationToken cancellation = default)
    {
        options.Check();
        CheckEvents(data, classes, options.Model);
        if (ModelRegistry.TrainingOf(options.Model) is { } ownTraining)
            return ownTraining(data, classes, options, progress, cancellation);

        var train = data.Train;
        var batchesPerEpoch = (train.Count + options.BatchSize - 1) / options.BatchSize;
        var batch = new EventBatch(Math.Min(options.BatchSize, train.Count), train.FeatureCount);
        var order = new int[train.Count];
        var reports = new List<EpochReport>();
        var model = ModelRegistry.CreateNetwork(options.Model, train.FeatureCount, classes, options.Seed, options.Parameters);
        model.UseThreads(options.Threads);
        try
        {
            for (var epoch = 0; epoch < options.Epochs; epoch++)
            {
                // Data: a fresh permutation that depends on seed and epoch alone, so that an epoch can be repeated.
                var started = Stopwatch.GetTimestamp();
                for (var i = 0; i < order.Length; i++)
                    order[i] = i;
                new SeededRandom(options.Seed, SeededRandom.Stream.Shuffle, epoch).Shuffle(order);

                var lossSum = 0.0;
                var learningRate = options.LearningRate;
                for (var index = 0; index < batchesPerEpoch; index++)
                {
                    cancellation.ThrowIfCancellationRequested();
                    var first = index * options.BatchSize;
                    batch.Gather(train, order.AsSpan(first, Math.Min(options.BatchSize, order.Length - first)));

                    // Forward and loss.
                    model.Forward(batch);
                    var loss = model.Loss();
                    if (!float.IsFinite(loss))
                        throw new TrainingDivergedException(epoch + 1, index + 1, loss, learningRate);
                    lossSum += loss * (double)batch.Count;

                    // Backward and clip.
                    model.Backward();
                    if (double.IsFinite(options.MaxGradientNorm))
                        model.ClipGradients(options.MaxGradientNorm);

                    // Schedule and step.
                    learningRate = options.Schedule.At(
                        options.LearningRate, (long)epoch * batchesPerEpoch + index, (long)options.Epochs * batchesPerEpoch);
                    model.Step(learningRate);
                }

                // Evaluate and log.
                var seconds = Stopwatch.GetElapsedTime(started).TotalSeconds;
                var (testLoss, testAccuracy) = Judge(model, data.Test);
                var report = new EpochReport(
                    epoch + 1, options.Epochs, lossSum / train.Count, testLoss, testAccuracy, learningRate, train.Count / seconds);
                reports.Add(report);
                progress?.Invoke(report);
            }

            return new TrainingOutcome(model, reports);
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
        var counts = data.Train.CountByClass(classes);
        var missing = Array.IndexOf(counts, 0);
        if (missing >= 0)
            throw new TrainingDataException($"Class {missing} has no training events; every one of the {classes} classes needs some");
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

    private static (double? Loss, double? Accuracy) Judge(Classifier model, LabelledEvents events)
    {
        if (events.Count == 0)
            return (null, null);
        var logits = new float[events.Count * model.Classes];
        model.Logits(events, logits);
        return (CrossEntropy.Mean(logits, events.Labels.Span, model.Classes), Accuracy.Of(logits, events.Labels.Span, model.Classes));
    }
}
