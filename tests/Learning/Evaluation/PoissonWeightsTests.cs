using DaprHep.Learning.Evaluation;
using DaprHep.Learning.Training;

namespace DaprHep.Learning.Tests.Evaluation;

public class PoissonWeightsTests
{
    [Fact]
    public void Weights_follow_the_poisson_distribution_of_mean_one()
    {
        var weights = new byte[400_003];
        PoissonWeights.Fill(weights, new SeededRandom(2, SeededRandom.Stream.Bootstrap));
        double probability = Math.Exp(-1);
        for (var k = 0; k < 5; k++)
        {
            ((double)weights.Count(weight => weight == k) / weights.Length).ShouldBe(probability, 0.003, $"{k}");
            probability /= k + 1;
        }

        weights.Average(weight => weight).ShouldBe(1, 0.006);
        weights.Max().ShouldBeInRange((byte)5, (byte)9);
    }

    [Fact]
    public void The_bootstrap_error_of_an_auc_is_near_that_of_hanley_and_mcneil()
    {
        const int Each = 2000;
        var random = new SeededRandom(3, SeededRandom.Stream.Weights);
        var labels = new sbyte[2 * Each];
        var probabilities = new float[4 * Each];
        for (var i = 0; i < labels.Length; i++)
        {
            labels[i] = (sbyte)(i % 2);
            var u = random.NextDouble();
            var score = (float)(labels[i] == 1 ? Math.Sqrt(u) : u);
            (probabilities[2 * i], probabilities[2 * i + 1]) = (1 - score, score);
        }

        var metrics = Evaluator.Evaluate(probabilities, labels, ["background", "signal"]).Metrics;
        double auc = metrics.Auc["signal"]!.Value, q1 = auc / (2 - auc), q2 = 2 * auc * auc / (1 + auc);
        auc.ShouldBe(2.0 / 3, 0.02);
        var expected = Math.Sqrt((auc * (1 - auc) + (Each - 1) * (q1 - auc * auc) + (Each - 1) * (q2 - auc * auc)) / Each / Each);
        metrics.AucError["signal"]!.Value.ShouldBe(expected, 0.2 * expected);
    }
}
