using System.Diagnostics;
using DaprHep.Data.Objects;
using DaprHep.Learning.Checkpoints;
using DaprHep.Learning.Evaluation;
using DaprHep.Learning.Models;
using DaprHep.Learning.Training;
using DaprHep.Learning.Tuning;

namespace DaprHep.Benchmarks.Learning;

/// <summary>
/// The published grid for the hlf classifier (arXiv:1909.10389) against asynchronous successive halving over the same points: how many
/// epochs each needs, and how good the best model of each is on the same held-back fifth of the events.
/// </summary>
internal static class TuningContest
{
    private const int Features = 14, Classes = 3, Seeds = 3;
    private const double AskedShare = 0.25;
    private static readonly int[] GridEpochs = [10, 30, 50];
    private static readonly string[] ClassNames = ["qcd", "ttbar", "wjets"];

    private const string Points =
        """
        hidden:
          - {choice: [50, 100, 150]}
          - {choice: [20, 50, 100]}
          - {choice: [10, 20, 50]}
        batch: {choice: [64, 100, 200]}
        learning_rate: 0.001
        schedule: constant
        epochs: 50
        """;

    /// <param name="folder">For checkpoints.</param>
    /// <param name="path">The events.</param>
    /// <param name="table">Takes the figure.</param>
    internal static void Run(string folder, string path, SpeedTable table)
    {
        if (!File.Exists(path))
        {
            Console.Error.WriteLine($"no tuning: {path} is missing; run in the repository's root, or name a file with --events");
            return;
        }

        var folds = new TrainingFolds(HlfFile.Read(path, Features), Classes, 1);
        var (train, held) = folds.Of(0);
        Console.WriteLine($"tuning hlf, {train.Count:N0} events to learn from, {held.Count:N0} held back, one core\n");
        Console.WriteLine($"  {"",-44}{"epochs",9}{"share",9}{"best AUC",11}{"seconds",10}");

        var (grid, gridEpochs, seconds) = Grid(folder, folds);
        var error = ErrorOf(grid, folds);
        Row($"grid: 81 points, each at {string.Join(", ", GridEpochs)} epochs", gridEpochs, 1, grid.Auc, seconds);
        var reached = 0;
        for (ulong seed = 1; seed <= Seeds; seed++)
        {
            var started = Stopwatch.GetTimestamp();
            var study = Halve(Path.Combine(folder, $"asha{seed}"), folds, seed);
            var share = (double)study.EpochsSpent / gridEpochs;
            Row($"ASHA over the same points, seed {seed}", study.EpochsSpent, share, study.Best!.Auc!.Value, Since(started));
            reached += study.Best.Auc >= grid.Auc - error && share <= AskedShare ? 1 : 0;
        }

        Console.WriteLine($"\n  best of the grid: {grid.Parameters}, {grid.Auc:F4} ± {error:F4} (bootstrap)");
        Console.WriteLine("  The grid's epochs are counted once: trained by themselves, its 243 points need 7,290.\n");
        table.Note(
            $"ASHA reaches the grid's best AUC, within its error, with at most {AskedShare:P0} of its epochs: {reached} of {Seeds} times",
            reached == Seeds);
    }

    /// <summary>All points; at a constant learning rate, that of 10 or 30 epochs is a stop on the way to that of 50.</summary>
    private static ((HyperParameters Parameters, double Auc) Best, int Epochs, double Seconds) Grid(string folder, TrainingFolds folds)
    {
        var started = Stopwatch.GetTimestamp();
        var options = new StudyOptions { Model = HlfModel.ModelName, Algorithm = TuningAlgorithm.Grid };
        var study = new Study(options, SearchSpaceReader.Read(Points, "grid"));
        (HyperParameters Parameters, double Auc) best = (HyperParameters.None, 0);
        var runs = study.Propose(study.MostTrials);
        foreach (var run in runs)
        {
            var checkpoints = new CheckpointStore(ObjectStore.Open(folder), $"grid/{run.Name}");
            foreach (var epochs in GridEpochs)
            {
                var stop = run with { ToEpoch = epochs };
                var auc = TrialTraining.Run(stop, options, folds.Of(0), Classes, 1, checkpoints, null).Auc ?? 0;
                if (auc > best.Auc)
                    best = (run.Parameters.With("stop_after", epochs), auc);
            }
        }

        return (best, runs.Sum(run => run.Epochs), Since(started));
    }

    private static Study Halve(string folder, TrainingFolds folds, ulong seed)
    {
        var options = new StudyOptions { Model = HlfModel.ModelName, Algorithm = TuningAlgorithm.Asha, Trials = 81, Seed = seed };
        var study = new Study(options, SearchSpaceReader.Read(Points, "asha"));
        new LocalTuner(study, folds, Classes, folder).RunAsync(places: 1, threads: 1).GetAwaiter().GetResult();
        return study;
    }

    /// <summary>The error of the mean AUC, that of each class taken as independent: smaller than it is, a harder test.</summary>
    private static double ErrorOf((HyperParameters Parameters, double Auc) best, TrainingFolds folds)
    {
        var (train, held) = folds.Of(0);
        var options = new TrainingOptions { Model = HlfModel.ModelName }.With(best.Parameters);
        using var model = TrainingLoop.Run(new TrainingData(train, held.First(0)), Classes, options).Model;
        var metrics = Evaluator.Evaluate(model.Probabilities(held), held.Labels.Span, ClassNames).Metrics;
        return Math.Sqrt(metrics.AucError.Values.Sum(error => error!.Value * error.Value)) / Classes;
    }

    private static double Since(long started) => Stopwatch.GetElapsedTime(started).TotalSeconds;

    private static void Row(string name, int epochs, double share, double auc, double seconds) =>
        Console.WriteLine($"  {name,-44}{epochs,9:N0}{share,9:P1}{auc,11:F4}{seconds,10:F1}");
}
