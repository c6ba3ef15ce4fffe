using System.Diagnostics;
using DaprHep.Learning.Checkpoints;
using DaprHep.Learning.Models;
using DaprHep.Learning.Models.Trees;
using DaprHep.Learning.Models.Trees.XGBoost;

namespace DaprHep.Learning.Training;

/// <summary>Trains boosted trees: the whole of it, from top to bottom. What the training loop is for networks.</summary>
internal static class BoostingLoop
{
    private static readonly TimeSpan BetweenCheckpoints = TimeSpan.FromSeconds(1);

    /// <summary>
    /// Grows trees for checked events. An epoch is as many boosting rounds as the model's hyper-parameter <c>rounds</c> says, and a round
    /// is a step; learning rate, batch size and gradient norm are not of trees. A checkpoint needs nothing but the trees: scores are
    /// added up again from them, in the same order and to the same bits.
    /// </summary>
    /// <inheritdoc cref="TrainingLoop.Run(TrainingData, int, TrainingOptions, TrainingProgress, CheckpointStore?, CancellationToken)"/>
    /// <exception cref="XGBoostException">libxgboost is missing, or refused.</exception>
    internal static TrainingOutcome Run(
        TrainingData data, int classes, TrainingOptions options, TrainingProgress progress, CheckpointStore? checkpoints,
        CancellationToken cancellation)
    {
        var model = (BoostedTrees)ModelRegistry.Create(
            options.Model, data.Train.FeatureCount, classes, options.Seed, options.Parameters);
        var (rounds, eta) = (model.Parameters.Whole("rounds"), model.Parameters.Real("eta"));
        var (learned, heldBack) = ValidationSplit.Of(data.Train, options.ValidationShare);
        var train = new ScoredEvents(data.Train.Select(learned), model);
        var validation = new ScoredEvents(data.Train.Select(heldBack), model);
        var test = new ScoredEvents(data.Test, model);
        var weights = ClassWeights.Of(options, TrainingLoop.CountByClass(data.Train, learned, validation.Events, classes, options));
        using var grower = new TreeGrower(train.Events, classes, weights, model.Parameters);
        var identity = checkpoints is null ? null : TrainingIdentity.Of(data, classes, options);

        // Start, or go on from the last checkpoint.
        var state = new TrainingState();
        IReadOnlyList<NamedTensor> best = [];
        if (checkpoints?.Load(identity!) is { } checkpoint)
        {
            (state, best) = (checkpoint.State, checkpoint.BestWeights);
            model.ImportWeights(checkpoint.Weights);
            AddScores(model.Trees);
        }

        var lastSaved = Stopwatch.GetTimestamp();
        var lastLogged = lastSaved;
        while (state.Epoch < options.LastEpoch && !state.HasStoppedImproving(options.Patience))
        {
            var started = Stopwatch.GetTimestamp();
            var roundsNow = 0;
            for (; state.Batch < rounds; roundsNow++)
            {
                if (cancellation.IsCancellationRequested)
                    Save();
                cancellation.ThrowIfCancellationRequested();

                // Grow a tree a class from the scores so far, and add what they say.
                var random = new SeededRandom(options.Seed, SeededRandom.Stream.Boosting, state.Epoch * rounds + state.Batch);
                var trees = grower.Grow(train.Scores, (int)(random.Next() >> 33));
                model.Add(trees);
                AddScores(trees);
                state.Batch++;

                // Log and checkpoint.
                if (progress.Step is not null && RoundsDone() % options.LogEvery == 0)
                    progress.Step(Live());
                if (options.CheckpointEvery > 0 && RoundsDone() % options.CheckpointEvery == 0)
                    Save();
            }

            // Evaluate and log.
            var rate = (double)train.Events.Count * roundsNow / rounds / Stopwatch.GetElapsedTime(started).TotalSeconds;
            var (fit, held, judged) = (train.Judge()!, validation.Judge(), test.Judge());
            if (!double.IsFinite(fit.Loss))
                throw new TrainingDivergedException(state.Epoch + 1, state.Batch, fit.Loss, eta, checkpoints?.Last);
            var report = new EpochReport(state.Epoch + 1, options.Epochs, fit.Loss, judged?.Loss, judged?.Accuracy, eta, rate).With(held);
            state.Reports.Add(report);
            (state.Epoch, state.Batch) = (state.Epoch + 1, 0);

            // Early stopping: the best trees so far are kept.
            if (options.Patience > 0 && state.IsBest(options.StopBy, held!))
                best = model.ExportWeights();

            // Checkpoint; not after every one of many short epochs.
            if (Stopwatch.GetElapsedTime(lastSaved) >= BetweenCheckpoints || state.Epoch == options.LastEpoch
                || state.HasStoppedImproving(options.Patience))
                Save();
            progress.Epoch?.Invoke(report);
        }

        if (best.Count > 0)
            model.ImportWeights(best);
        return new TrainingOutcome(model, state.Reports);

        long RoundsDone() => (long)state.Epoch * rounds + state.Batch;

        void AddScores(IEnumerable<DecisionTree> trees)
        {
            var (kernel, memory) = (new TreeKernel(model.Features, classes), new TreeMemory());
            foreach (var tree in trees)
                kernel.Add(tree);
            foreach (var events in new[] { train, validation, test })
                kernel.AddScores(events.Events.Features.Span, events.Scores, memory);
        }

        LiveMetrics Live()
        {
            var now = train.Judge()!;
            var events = (int)Math.Min(int.MaxValue, (long)options.LogEvery * train.Events.Count);
            var rate = events / Stopwatch.GetElapsedTime(lastLogged).TotalSeconds;
            lastLogged = Stopwatch.GetTimestamp();
            return new LiveMetrics(
                state.Epoch + 1, options.Epochs, RoundsDone(), (long)options.Epochs * rounds, events, now.Loss, now.Accuracy, now.Auc, eta,
                rate);
        }

        void Save()
        {
            checkpoints?.Save(new Checkpoint(state, model.ExportWeights(), new OptimizerState(0, [], []), best), identity!);
            lastSaved = Stopwatch.GetTimestamp();
        }
    }

    /// <summary>Events as trees see them, with the sum of what all trees say so far.</summary>
    private sealed class ScoredEvents
    {
        private readonly int _classes;

        internal ScoredEvents(LabelledEvents events, BoostedTrees model)
        {
            var seen = new float[events.Features.Length];
            model.Prepare(events.Features.Span, seen);
            Events = new LabelledEvents(seen, events.Labels, events.FeatureCount);
            Scores = new float[events.Count * model.Classes];
            _classes = model.Classes;
        }

        internal LabelledEvents Events { get; }

        internal float[] Scores { get; }

        internal Judgement? Judge() => Judgement.Of(Scores.ToArray(), Events.Labels.Span, _classes);
    }
}
