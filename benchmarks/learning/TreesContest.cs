using DaprHep.Learning.Evaluation;
using DaprHep.Learning.Models;
using DaprHep.Learning.Training;

namespace DaprHep.Benchmarks.Learning;

/// <summary>trees: XGBoost from Python against XGBoost through its C interface (growing) and our own kernel (evaluating).</summary>
internal static class TreesContest
{
    private const int Events = 16384, Features = 14, Classes = 3, Rounds = 200, Depth = 4;

    internal static void Run(string folder, PythonPeers peers, int rounds, SpeedTable table)
    {
        var events = ToyEvents.Draw(Events, Features, Classes);
        PythonPeers.Write(folder, events);
        var growing = new Contest($"trees, {Rounds} rounds of depth {Depth}, growing (events × rounds/s)", rounds, wanted: double.NaN);
        var evaluating = new Contest("the same, evaluating", rounds, wanted: double.NaN);
        if (PythonPeers.XGBoostVersion is { } version)
        {
            growing.Add($"XGBoost {version}", () => PythonPeers.PaceOf(Python("train")));
            evaluating.Add($"XGBoost {version}", () => PythonPeers.PaceOf(Python("predict")));
        }

        growing.Ours("libxgboost", () => Timed(() => Train(events).Dispose(), Events * (double)Rounds, 0));
        growing.Run(table);
        using var model = Train(events);
        var loss = CrossEntropy.Mean(LogitsOf(model, events), events.Labels.Span, Classes);
        evaluating.Ours("our kernel", () => Timed(() => model.Probabilities(events), Events, loss, repetitions: 5));
        evaluating.Run(table);

        System.Text.Json.JsonElement Python(string mode) => PythonPeers.Run("xgboost_trees.py", null, mode, folder, $"{Rounds}", $"{Depth}");
    }

    private static Classifier Train(LabelledEvents events)
    {
        var options = new TrainingOptions { Model = TreesModel.ModelName, Epochs = 1 }.With(HyperParameters.Parse(
        [
            $"rounds={Rounds}", $"max_depth={Depth}", "eta=0.1", "subsample=0.5", "colsample_bytree=0.5", "min_child_weight=5", "lambda=1",
        ]));
        return TrainingLoop.Run(new TrainingData(events, events.First(0)), Classes, options).Model;
    }

    private static float[] LogitsOf(Classifier model, LabelledEvents events)
    {
        var logits = new float[events.Count * Classes];
        model.Logits(events, logits);
        return logits;
    }

    private static Pace Timed(Action work, double events, double loss, int repetitions = 1)
    {
        var rates = new List<double>();
        for (var i = 0; i < repetitions; i++)
        {
            var before = Environment.CpuUsage.TotalTime;
            work();
            rates.Add(events / (Environment.CpuUsage.TotalTime - before).TotalSeconds);
        }

        rates.Sort();
        return new Pace(rates[rates.Count / 2], loss);
    }
}
