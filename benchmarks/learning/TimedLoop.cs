using DaprHep.Learning.Models;
using DaprHep.Learning.Training;

namespace DaprHep.Benchmarks.Learning;

/// <summary>What the PyTorch script does, with a classifier of ours: shuffled batches, forward, loss, backward, Adam.</summary>
internal static class TimedLoop
{
    /// <returns>The median events a second of processor time of all epochs but the first, and the mean loss of the last.</returns>
    internal static Pace Run(
        Func<NeuralClassifier> create, LabelledEvents events, int epochs, int batchSize)
    {
        using var model = create();
        var batch = new EventBatch(batchSize, events.FeatureCount);
        var order = Enumerable.Range(0, events.Count).ToArray();
        var random = new Random(1);
        var rates = new List<double>();
        var total = 0.0;
        for (var epoch = 0; epoch < epochs; epoch++)
        {
            var before = Environment.CpuUsage.TotalTime;
            random.Shuffle(order);
            total = 0;
            for (var first = 0; first < order.Length; first += batchSize)
            {
                batch.Gather(events, order.AsSpan(first, Math.Min(batchSize, order.Length - first)));
                model.Forward(batch);
                total += model.Loss() * batch.Count;
                model.Backward();
                model.Step(1e-3);
            }

            if (epoch > 0)
                rates.Add(events.Count / (Environment.CpuUsage.TotalTime - before).TotalSeconds);
        }

        rates.Sort();
        return new Pace(rates[rates.Count / 2], total / events.Count);
    }
}
