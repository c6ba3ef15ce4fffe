using System.Diagnostics;
using System.Globalization;
using DaprHep.Data.Datasets;
using DaprHep.Data.Events;
using DaprHep.Learning.Evaluation;
using DaprHep.Learning.Models;
using DaprHep.Learning.Training;

namespace DaprHep.Benchmarks.Learning;

/// <summary>
/// How well each model does as <c>train</c> trains it where nothing is said, against PyTorch and XGBoost on the same events. The references
/// are of the project's Delphes events without pile-up, <c>standard</c> features, the folders <c>train</c> and <c>test</c>.
/// </summary>
internal static class AccuracyTable
{
    /// <summary>The events of the references.</summary>
    internal const string Samples = "../shared/delphes/nopu";

    private const double BestReference = 0.9462;

    private static readonly Reference[] References =
    [
        new("trees", "XGBoost 1.7, depth 3, 200 rounds", 0.9428, 0.0053, [0.9972, 0.9925, 0.9897], [0.0007, 0.0014, 0.0019]),
        new("hlf", "PyTorch, dense 50-20-10, 50 epochs, mean of 3 seeds", BestReference, 0.0053,
            [0.9967, 0.9915, 0.9894], [0.0008, 0.0018, 0.0018]),
        new("sequence", "PyTorch, GRU 50, 25 epochs", 0.9118, 0.0072, [0.9847, 0.9877, 0.9765], [0.0024, 0.0023, 0.0033]),
        new("inclusive", "PyTorch, GRU 50 with features, 25 epochs", 0.9341, 0.0062, [0.9930, 0.9912, 0.9871], [0.0016, 0.0018, 0.0023]),
        new("lstm", "the same", 0.9341, 0.0062, [0.9930, 0.9912, 0.9871], [0.0016, 0.0018, 0.0023]),
    ];

    /// <summary>Trains and evaluates, and prints a row of a table in markdown as soon as it is known.</summary>
    /// <param name="location">The dataset, for instance the folder of a run; null to make it from <see cref="Samples"/>.</param>
    /// <param name="seeds">Trainings of each model.</param>
    /// <param name="only">The models; empty for all.</param>
    /// <returns>Whether every model reaches its reference less one error, on the mean over its trainings, and one beats all references.
    /// </returns>
    internal static async Task<bool> RunAsync(string? location, int seeds, string[] only)
    {
        if (location is not null)
            return await TrainAsync(location, seeds, only);
        var folder = Directory.CreateTempSubdirectory("daprhep-accuracy-").FullName;
        try
        {
            return MakeDataset(folder) && await TrainAsync(folder, seeds, only);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static async Task<bool> TrainAsync(string location, int seeds, string[] only)
    {
        var dataset = await DatasetLocation.FindAsync(location);
        var statistics = await dataset.Store.ReadJsonAsync(dataset.Statistics, StatisticsJson.Default.FeatureStatistics);
        var classes = EventClasses.Names;
        Console.WriteLine($"| model | accuracy | {string.Join(" | ", classes.Select(name => $"AUC {name}"))} | reached | s |");
        Console.WriteLine($"| --- | --- | {string.Concat(classes.Select(_ => "--- | "))}--- | ---: |");
        var (allReached, best) = (true, 0.0);
        foreach (var reference in References.Where(row => only.Length == 0 || only.Contains(row.Model)))
        {
            Console.WriteLine(
                $"| {reference.Peer} | {Figure(reference.Accuracy, reference.Error)} | "
                + $"{string.Join(" | ", reference.Auc.Zip(reference.AucError, Figure))} | | |");
            var data = await TrainingShards.LoadAsync(dataset.Store, dataset.Statistics, statistics, reference.Model);
            var found = new List<ClassificationMetrics>();
            for (var seed = 1; seed <= seeds; seed++)
            {
                var (metrics, options, seconds) = Train(reference.Model, (ulong)seed, data);
                found.Add(metrics);
                var last = seed == seeds;
                var reached = !last || IsReached(reference, found);
                allReached &= reached;
                Console.WriteLine(
                    $"| {reference.Model}, {options.Epochs} epochs, seed {seed} | "
                    + $"{Figure(metrics.Accuracy!.Value, metrics.AccuracyError!.Value)} | "
                    + $"{string.Join(" | ", classes.Select(label => Figure(metrics.Auc[label]!.Value, metrics.AucError[label]!.Value)))} | "
                    + $"{(last ? reached ? "yes" : "**no**" : "")} | {seconds:F0} |");
            }

            best = Math.Max(best, found.Average(metrics => metrics.Accuracy!.Value));
        }

        Console.WriteLine($"\nbest mean accuracy of ours {best:F4}, of the references {BestReference:F4}");
        return allReached && (only.Length > 0 || best > BestReference);
    }

    private static (ClassificationMetrics Metrics, TrainingOptions Options, double Seconds) Train(
        string name, ulong seed, TrainingData data)
    {
        var started = Stopwatch.GetTimestamp();
        var options = ModelRegistry.UsualTrainingOf(name) with { Seed = seed, Threads = Environment.ProcessorCount };
        using var model = TrainingLoop.Run(data, EventClasses.Names.Count, options).Model;
        var seconds = Stopwatch.GetElapsedTime(started).TotalSeconds;
        return (Evaluator.Evaluate(model.Probabilities(data.Test), data.Test.Labels.Span, EventClasses.Names).Metrics, options, seconds);
    }

    private static bool IsReached(Reference reference, List<ClassificationMetrics> found) =>
        found.Average(metrics => metrics.Accuracy!.Value) >= reference.Accuracy - reference.Error
        && EventClasses.Names.Index().All(label =>
            found.Average(metrics => metrics.Auc[label.Item]!.Value) >= reference.Auc[label.Index] - reference.AucError[label.Index]);

    /// <summary>The run whose shards are trained on.</summary>
    private static bool MakeDataset(string folder)
    {
        if (!Directory.Exists(Samples) || !File.Exists("daprhep"))
        {
            Console.Error.WriteLine($"{Samples} or ./daprhep is missing: run in the repository's root, or name a dataset");
            return false;
        }

        // Its shards are wanted, its own figures are not.
        using var run = Process.Start(new ProcessStartInfo(
            "./daprhep", ["run", $"{Samples}/train", "--test", $"{Samples}/test", "--epochs", "1", "--out", folder, "--json"])
        {
            RedirectStandardOutput = true,
        })!;
        run.StandardOutput.ReadToEnd();
        run.WaitForExit();
        return run.ExitCode == 0;
    }

    private static string Figure(double value, double error) =>
        string.Create(CultureInfo.InvariantCulture, $"{value:F4} ± {error:F4}");

    /// <summary>What others reach.</summary>
    /// <param name="Model">The model of ours it is to be compared with.</param>
    /// <param name="Peer">Who, and how.</param>
    /// <param name="Accuracy">Accuracy.</param>
    /// <param name="Error">Its bootstrap error.</param>
    /// <param name="Auc">Areas under the ROC curves, by class.</param>
    /// <param name="AucError">Their bootstrap errors.</param>
    private sealed record Reference(string Model, string Peer, double Accuracy, double Error, double[] Auc, double[] AucError);
}
