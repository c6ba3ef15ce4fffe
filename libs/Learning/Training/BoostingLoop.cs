using System.Diagnostics;
using DaprHep.Learning.Evaluation;
using DaprHep.Learning.Models;
using DaprHep.Learning.Models.Trees;
using DaprHep.Learning.Models.Trees.XGBoost;

namespace DaprHep.Learning.Training;

/// <summary>Trains boosted trees: the whole of it, from top to bottom. What the training loop is for networks.</summary>
internal static class BoostingLoop
{
    /// <summary>
    /// Grows trees for checked events. An epoch is as many boosting rounds as the model's hyper-parameter <c>rounds</c> says; learning
    /// rate, batch size and gradient norm are not of trees. The same options, data and threads give the same trees, bit by bit.
    /// </summary>
    /// <inheritdoc cref="TrainingLoop.Run(TrainingData, int, TrainingOptions, Action{EpochReport}?, CancellationToken)"/>
    /// <exception cref="XGBoostException">libxgboost is missing, or refused.</exception>
    internal static TrainingOutcome Run(
        TrainingData data, int classes, TrainingOptions options, Action<EpochReport>? progress, CancellationToken cancellation)
    {
        var model = (BoostedTrees)ModelRegistry.Create(
            options.Model, data.Train.FeatureCount, classes, options.Seed, options.Parameters);
        var (train, test) = (Seen(data.Train, model), Seen(data.Test, model));
        using var grower = new TreeGrower(train, classes, model.Parameters, options.Threads);
        var rounds = model.Parameters.Whole("rounds");
        var eta = model.Parameters.Real("eta");
        var scores = new float[train.Count * classes];
        var testScores = new float[test.Count * classes];
        var reports = new List<EpochReport>();
        for (var epoch = 0; epoch < options.LastEpoch; epoch++)
        {
            var started = Stopwatch.GetTimestamp();
            for (var round = epoch * rounds; round < (epoch + 1) * rounds; round++)
            {
                cancellation.ThrowIfCancellationRequested();

                // Grow a tree a class from the scores so far.
                var seed = (int)(new SeededRandom(options.Seed, SeededRandom.Stream.Boosting, round).Next() >> 33);
                var trees = grower.Grow(scores, seed);
                model.Add(trees);

                // Add what they say to the scores.
                var added = new TreeKernel(train.FeatureCount, classes);
                foreach (var tree in trees)
                    added.Add(tree);
                added.AddScores(train.Features.Span, scores);
                added.AddScores(test.Features.Span, testScores);
            }

            // Evaluate and log.
            var loss = CrossEntropy.Mean(scores, train.Labels.Span, classes);
            if (!double.IsFinite(loss))
                throw new TrainingDivergedException(epoch + 1, rounds, loss, eta);
            var report = new EpochReport(
                epoch + 1, options.Epochs, loss,
                test.Count > 0 ? CrossEntropy.Mean(testScores, test.Labels.Span, classes) : null,
                test.Count > 0 ? Accuracy.Of(testScores, test.Labels.Span, classes) : null,
                eta, train.Count / Stopwatch.GetElapsedTime(started).TotalSeconds);
            reports.Add(report);
            progress?.Invoke(report);
        }

        return new TrainingOutcome(model, reports);
    }

    private static LabelledEvents Seen(LabelledEvents events, BoostedTrees model)
    {
        var seen = new float[events.Features.Length];
        model.Prepare(events.Features.Span, seen);
        return new LabelledEvents(seen, events.Labels, events.FeatureCount);
    }
}
