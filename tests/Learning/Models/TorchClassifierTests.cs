using DaprHep.Learning.Artifacts;
using DaprHep.Learning.Evaluation;
using DaprHep.Learning.Training;
using TorchSharp;

namespace DaprHep.Learning.Tests.Models;

public class TorchClassifierTests
{
    [Fact]
    public void It_learns_and_the_same_seed_gives_the_same_weights_bit_by_bit()
    {
        var data = HlfSamples.Load();
        var (first, accuracy) = Train(data, seed: 3);
        accuracy.ShouldBeGreaterThan(0.8);
        Train(data, seed: 3).Weights.ShouldBe(first);
        Train(data, seed: 4).Weights.ShouldNotBe(first);
    }

    [Fact]
    public void Nothing_of_a_step_outlives_it()
    {
        using var scope = torch.NewDisposeScope();
        var (classifier, _) = DenseTwin.Of(14, [8], 3, seed: 1);
        using (classifier)
        {
            var train = HlfSamples.Load().Train;
            var batch = new EventBatch(64, 14);
            var before = scope.DisposablesCount;
            for (var step = 0; step < 20; step++)
            {
                batch.Gather(train, Enumerable.Range(64 * (step % 8), 64).ToArray());
                classifier.Forward(batch);
                classifier.Loss();
                classifier.Backward();
                classifier.Step(1e-3);
            }

            classifier.Probabilities(train.Features);
            scope.DisposablesCount.ShouldBe(before);
        }
    }

    private static (byte[] Weights, double Accuracy) Train(TrainingData data, ulong seed)
    {
        var (classifier, _) = DenseTwin.Of(14, [20], 3, seed);
        using (classifier)
        {
            classifier.UseThreads(1);
            var batch = new EventBatch(128, 14);
            var random = new SeededRandom(seed, SeededRandom.Stream.Shuffle);
            for (var step = 0; step < 400; step++)
            {
                batch.Gather(data.Train, Enumerable.Range(0, 128).Select(_ => random.NextBelow(data.Train.Count)).ToArray());
                classifier.Forward(batch);
                classifier.Loss();
                classifier.Backward();
                classifier.Step(5e-3);
            }

            return (
                SafetensorsWriter.Write(classifier.ExportWeights()),
                Accuracy.Of(classifier.Probabilities(data.Test.Features), data.Test.Labels.Span, 3));
        }
    }
}
