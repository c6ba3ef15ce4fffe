using System.Diagnostics;
using DaprHep.Data.Datasets;
using DaprHep.Data.Events;
using DaprHep.Learning.Evaluation;
using DaprHep.Learning.Models;
using DaprHep.Learning.Training;

namespace DaprHep.Benchmarks.Learning;

/// <summary>
/// How well each model does with its default recipe, against PyTorch and XGBoost on the same events. The references are of the split
/// <c>nopu/train</c> and <c>nopu/test</c> of the project's Delphes events, <c>standard</c> features.
/// </summary>
internal static class QualityTable
{
    private static readonly (string Model, string Peer, double Accuracy, double Error, double[] Auc)[] References =
    [
        ("hlf", "PyTorch, 50 epochs, mean of 3 seeds", 0.9462, 0.0053, [0.9967, 0.9915, 0.9894]),
        ("trees", "XGBoost 1.7, depth 3, 200 rounds", 0.9428, 0.0053, [0.9972, 0.9925, 0.9897]),
        ("sequence", "PyTorch, 25 epochs", 0.9118, 0.0072, [0.9847, 0.9877, 0.9765]),
        ("inclusive", "PyTorch, 25 epochs", 0.9341, 0.0062, [0.9930, 0.9912, 0.9871]),
        ("lstm", "the same as for inclusive", 0.9341, 0.0062, [0.9930, 0.9912, 0.9871]),
    ];

    /// <summary>Trains and evaluates, and prints a row as soon as it is known.</summary>
    /// <param name="location">The dataset, for instance the folder of a run.</param>
    /// <param name="seeds">Trainings of each model.</param>
    /// <param name="only">The models; empty for all.</param>
    internal static async Task RunAsync(string location, int seeds, string[] only)
    {
        var dataset = await DatasetLocation.FindAsync(location);
        var statistics = await dataset.Store.ReadJsonAsync(dataset.Statistics, StatisticsJson.Default.FeatureStatistics);
        Console.WriteLine($"{"",-34}{"accuracy",18}   {string.Join("", EventClasses.Names.Select(name => $"{"AUC " + name,18}"))}{"s",8}");
        foreach (var (model, peer, accuracy, error, auc) in References.Where(row => only.Length == 0 || only.Contains(row.Model)))
        {
            Console.WriteLine($"{peer,-34}{accuracy,9:F4} ± {error:F4}   {string.Join("", auc.Select(area => $"{area,18:F4}"))}");
            var data = await TrainingShards.LoadAsync(dataset.Store, dataset.Statistics, statistics, model);
            for (var seed = 1; seed <= seeds; seed++)
                Console.WriteLine(Row(model, (ulong)seed, data));
        }
    }

    private static string Row(string name, ulong seed, TrainingData data)
    {
        var started = Stopwatch.GetTimestamp();
        var options = ModelRegistry.UsualTrainingOf(name) with { Seed = seed, Threads = Environment.ProcessorCount };
        using var model = TrainingLoop.Run(data, EventClasses.Names.Count, options).Model;
        var seconds = Stopwatch.GetElapsedTime(started).TotalSeconds;
        var metrics = Evaluator.Evaluate(model.Probabilities(data.Test), data.Test.Labels.Span, EventClasses.Names).Metrics;
        var areas = EventClasses.Names.Select(label => $"{metrics.Auc[label],9:F4} ± {metrics.AucError[label]:F4}");
        return $"  {$"{name}, {options.Epochs} epochs, seed {seed}",-32}{metrics.Accuracy,9:F4} ± {metrics.AccuracyError:F4}   "
            + $"{string.Join("  ", areas)}{seconds,8:F0}";
    }
}
