using System.Globalization;
using DaprHep.Learning.Models;
using DaprHep.Learning.Training;

namespace DaprHep.Benchmarks.Learning;

/// <summary>
/// Fifty steps of the inclusive classifier on 801-step events, from the same weights, over the same batches, without dropout, by PyTorch
/// and by our own kernels: both must come to the same losses.
/// </summary>
internal static class SameLosses
{
    private const int Events = 512, Steps = 50;
    private const double Wanted = 1e-4;

    internal static void Run(string folder, PythonPeers peers, SpeedTable table)
    {
        var events = InclusiveContest.Padded(Events);
        PythonPeers.Write(folder, events);
        foreach (var blas in peers.Blas.TakeLast(1))
        {
            using var model = ModelRegistry.CreateNetwork(
                InclusiveModel.ModelName, InclusiveContest.Features, InclusiveContest.Classes, seed: 1, HyperParameters.Parse(["dropout=0"]));
            PythonPeers.Write(folder, model.ExportWeights());
            double[] theirs = [.. PythonPeers
                .Run("pytorch_inclusive.py", blas, "losses", folder, $"{Events}", $"{Steps}", $"{InclusiveContest.Batch}")
                .GetProperty("losses").EnumerateArray().Select(loss => loss.GetDouble())];
            var largest = Losses(model, events).Zip(theirs, (ours, other) => Math.Abs(ours - other)).Max();
            Console.Error.WriteLine($"losses of PyTorch ({blas.Name}) from {theirs[0]:F4} to {theirs[^1]:F4}");
            table.Note(
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"inclusive, cern2019: losses of {Steps} steps from the same weights differ from PyTorch's by {largest:0.0e+0} at most "
                    + $"(wanted: {Wanted:0e+0})"),
                largest <= Wanted);
        }
    }

    private static IEnumerable<double> Losses(NeuralClassifier model, LabelledEvents events)
    {
        var batch = new EventBatch(InclusiveContest.Batch, InclusiveContest.Features);
        for (var step = 0; step < Steps; step++)
        {
            var first = step * InclusiveContest.Batch % Events;
            batch.Gather(events, [.. Enumerable.Range(first, InclusiveContest.Batch)]);
            model.Forward(batch);
            yield return model.Loss();
            model.Backward();
            model.Step(1e-3);
        }
    }
}
