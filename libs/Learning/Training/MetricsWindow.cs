using System.Diagnostics;
using DaprHep.Learning.Distributed;
using DaprHep.Learning.Evaluation;
using DaprHep.Learning.Models;

namespace DaprHep.Learning.Training;

/// <summary>Gathers the scores of training events until there is something to report.</summary>
/// <param name="classes">How many classes there are.</param>
/// <param name="batchSize">Events a step, at most.</param>
/// <param name="steps">Steps between reports.</param>
internal sealed class MetricsWindow(int classes, int batchSize, int steps)
{
    private float[] _scores = new float[checked(steps * batchSize * classes)];
    private sbyte[] _labels = new sbyte[steps * batchSize];
    private long _started = Stopwatch.GetTimestamp();
    private double _lossSum;
    private int _events;
    private int _steps;

    /// <summary>Whether it holds as many steps as a report wants.</summary>
    internal bool IsFull => _steps == steps;

    /// <summary>Takes the batch of the last forward pass.</summary>
    internal void Add(NeuralClassifier model, EventBatch batch, float loss)
    {
        if (batch.Count > 0)
            model.BatchLogits(_scores.AsSpan(_events * classes, batch.Count * classes));
        for (var i = 0; i < batch.Count; i++)
            _labels[_events + i] = (sbyte)batch.Labels[i];
        _lossSum += loss * (double)batch.Count;
        _events += batch.Count;
        _steps++;
    }

    /// <summary>Reports on what it and those of the other ranks hold, and forgets it.</summary>
    internal LiveMetrics Take(int epoch, int epochs, long step, long allSteps, double learningRate, RankGroup? ranks)
    {
        if (ranks is not null)
            TakeFromAll(ranks);
        var scores = _scores.AsSpan(0, _events * classes);
        var labels = _labels.AsSpan(0, _events);
        Softmax.InPlace(scores, classes);
        var metrics = new LiveMetrics(
            epoch, epochs, step, allSteps, _events, _lossSum / _events, Accuracy.Of(scores, labels, classes),
            MeanAuc.Of(scores, labels, classes), learningRate, _events / Stopwatch.GetElapsedTime(_started).TotalSeconds);
        (_lossSum, _events, _steps, _started) = (0, 0, 0, Stopwatch.GetTimestamp());
        return metrics;
    }

    private void TakeFromAll(RankGroup ranks)
    {
        var scores = ranks.GatherRows(_scores[..(_events * classes)], classes);
        var labels = ranks.GatherLabels(_labels.AsMemory(0, _events)).ToArray();
        Span<float> lossSum = [(float)_lossSum];
        ranks.AllReduce(lossSum);
        (_scores, _labels, _events, _lossSum) = (Roomy(scores, _scores.Length), Roomy(labels, _labels.Length), labels.Length, lossSum[0]);
    }

    private static T[] Roomy<T>(T[] values, int room)
    {
        if (values.Length < room)
            Array.Resize(ref values, room);
        return values;
    }
}
