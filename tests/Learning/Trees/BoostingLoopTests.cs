using System.Security.Cryptography;
using DaprHep.Data.Objects;
using DaprHep.Learning.Artifacts;
using DaprHep.Learning.Checkpoints;
using DaprHep.Learning.Evaluation;
using DaprHep.Learning.Models;
using DaprHep.Learning.Training;

namespace DaprHep.Learning.Tests.Trees;

public class BoostingLoopTests
{
    private static readonly TrainingData Samples = HlfSamples.Load();

    [Fact]
    public void Real_events_are_told_apart()
    {
        using var model = TrainingLoop.Run(Samples, 3, new TrainingOptions { Model = "trees", Epochs = 15 }).Model;
        var metrics = Evaluator.Evaluate(model.Probabilities(Samples.Test), Samples.Test.Labels.Span, HlfSamples.ClassNames).Metrics;
        metrics.Accuracy!.Value.ShouldBeGreaterThan(0.88);
        metrics.Auc.Values.ShouldAllBe(auc => auc > 0.96);
    }

    [Theory]
    [InlineData(2, 0.3, 1, 1)]
    [InlineData(3, 0.1, 0, 2.5)]
    [InlineData(6, 0.05, 5, 0)]
    public void Without_sampling_the_scores_are_those_of_XGBoost_to_the_last_bit(int depth, double eta, double weight, double lambda)
    {
        var parameters = Of(
            ("rounds", 10), ("max_depth", depth), ("eta", eta), ("min_child_weight", weight), ("lambda", lambda),
            ("subsample", 1), ("colsample_bytree", 1));
        using var model = TrainingLoop.Run(
            Samples, 3, new TrainingOptions { Model = "trees", Epochs = 4, Parameters = parameters }).Model;
        var scores = new float[Samples.Test.Count * 3];
        model.Logits(Samples.Test, scores);
        scores.ShouldBe(ReferenceBooster.Scores(
            Seen(Samples.Train), Seen(Samples.Test), 40, ("max_depth", depth), ("eta", eta), ("min_child_weight", weight), ("lambda", lambda),
            ("num_class", 3), ("base_score", 0), ("nthread", 1)));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public async Task The_same_seed_and_data_give_the_same_trees_bit_by_bit(int threads)
    {
        // At the same time and on other threads, as XGBoost keeps random numbers a thread.
        var trained = await Task.WhenAll(new ulong[] { 7, 7, 8 }.Select(seed => Task.Run(() => Weights(seed))));
        trained[1].ShouldBe(trained[0]);
        trained[2].ShouldNotBe(trained[0]);

        byte[] Weights(ulong seed)
        {
            var options = new TrainingOptions { Model = "trees", Epochs = 2, Seed = seed, Threads = threads };
            using var model = TrainingLoop.Run(Samples, 3, options, cancellation: TestContext.Current.CancellationToken).Model;
            return SafetensorsWriter.Write(model.ExportWeights());
        }
    }

    [Fact]
    public void Trees_of_very_many_events_do_not_depend_on_the_number_of_threads()
    {
        const int Events = 150_000, Features = 14;
        var random = new SeededRandom(3, SeededRandom.Stream.Bootstrap);
        var (features, labels) = (new float[Events * Features], new sbyte[Events]);
        for (var i = 0; i < Events; i++)
        {
            labels[i] = (sbyte)random.NextBelow(3);
            for (var k = 0; k < Features; k++)
                features[i * Features + k] = (float)(random.NextDouble() + random.NextDouble() + 0.1 * (k % 3 == labels[i] ? 1 : 0));
        }

        var events = new LabelledEvents(features, labels, Features);
        var data = new TrainingData(events, events.First(0));
        int[] threads = [1, 2, 3, 8];
        var trained = threads.Select(count => Convert.ToHexString(SHA256.HashData(Weights(count)))).ToArray();
        trained.Distinct().ShouldHaveSingleItem();

        byte[] Weights(int count)
        {
            var options = new TrainingOptions
            {
                Model = "trees", Epochs = 1, Threads = count, Parameters = Of(("rounds", 3), ("max_depth", 6)),
            };
            using var model = TrainingLoop.Run(data, 3, options, cancellation: TestContext.Current.CancellationToken).Model;
            return SafetensorsWriter.Write(model.ExportWeights());
        }
    }

    [Fact]
    public void Every_epoch_is_reported_and_lowers_the_loss()
    {
        var reports = new List<EpochReport>();
        using var model = TrainingLoop.Run(Samples, 3, new TrainingOptions { Model = "trees", Epochs = 5 }, reports.Add).Model;
        reports.Select(report => report.Epoch).ShouldBe([1, 2, 3, 4, 5]);
        reports.Select(report => report.TrainLoss).ShouldBeInOrder(SortDirection.Descending);
        reports.ShouldAllBe(report => report.Epochs == 5 && report.EventsPerSecond > 0);
        var scores = new float[Samples.Test.Count * 3];
        model.Logits(Samples.Test, scores);
        reports[^1].TestLoss.ShouldBe(CrossEntropy.Mean(scores, Samples.Test.Labels.Span, 3));
        reports[^1].TestAccuracy.ShouldBe(Accuracy.Of(scores, Samples.Test.Labels.Span, 3));
    }

    [Fact]
    public void Cancelling_stops_before_the_next_round()
    {
        using var source = new CancellationTokenSource();
        var epochs = 0;
        Should.Throw<OperationCanceledException>(() => TrainingLoop.Run(
            Samples, 3, new TrainingOptions { Model = "trees", Epochs = 1000 }, _ => { epochs++; source.Cancel(); }, source.Token));
        epochs.ShouldBe(1);
    }

    [Theory]
    [InlineData("max_depth", 0)]
    [InlineData("max_depth", 13)]
    [InlineData("eta", 0)]
    [InlineData("subsample", 1.5)]
    [InlineData("rounds", 2.5)]
    [InlineData("width", 2)]
    public void A_hyper_parameter_that_makes_no_sense_is_named(string name, double value) =>
        Should.Throw<HyperParameterException>(() => TrainingLoop.Run(
            Samples, 3, new TrainingOptions { Model = "trees", Parameters = Of((name, value)) })).Message.ShouldContain($"'{name}'");

    [Fact]
    public void An_interrupted_training_ends_with_the_trees_of_an_undisturbed_one()
    {
        var folder = Directory.CreateTempSubdirectory("daprhep-trees-").FullName;
        try
        {
            var options = new TrainingOptions
            {
                Model = "trees", Epochs = 6, CheckpointEvery = 1, LogEvery = 1, Patience = 3, ValidationShare = 0.2, BalanceClasses = true,
            };
            using var expected = TrainingLoop.Run(Samples, 3, options).Model;
            foreach (var rounds in new[] { 3, 1, 8, 11, 0 })
            {
                using var source = new CancellationTokenSource();
                var left = rounds;
                if (left == 0)
                    source.Cancel();
                var progress = new TrainingProgress { Step = _ => StopAfter(source, --left) };
                Should.Throw<OperationCanceledException>(() => TrainingLoop.Run(Samples, 3, options, progress, Store(), source.Token));
            }

            using var paused = TrainingLoop.Run(Samples, 3, options with { PauseAfter = 4 }, new TrainingProgress(), Store()).Model;
            var outcome = TrainingLoop.Run(Samples, 3, options with { Threads = 2 }, new TrainingProgress(), Store());
            using var model = outcome.Model;
            SafetensorsWriter.Write(model.ExportWeights()).ShouldBe(SafetensorsWriter.Write(expected.ExportWeights()));
            outcome.Epochs.Select(report => report.Epoch).ShouldBe([1, 2, 3, 4, 5, 6]);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }

        CheckpointStore Store() => new(ObjectStore.Open(folder), "checkpoints");

        static void StopAfter(CancellationTokenSource source, int left)
        {
            if (left == 0)
                source.Cancel();
        }
    }

    [Fact]
    public void Early_stopping_keeps_the_best_trees()
    {
        var options = new TrainingOptions
        {
            Model = "trees", Epochs = 500, Patience = 2, ValidationShare = 0.25, Parameters = Of(("eta", 0.5), ("rounds", 4)),
        };
        var outcome = TrainingLoop.Run(Samples, 3, options);
        using var model = outcome.Model;
        outcome.Epochs.Count.ShouldBeLessThan(100);
        var best = outcome.Epochs.MinBy(report => report.ValidationLoss)!.Epoch;
        best.ShouldBe(outcome.Epochs.Count - 2);
        model.ExportWeights().Single(weight => weight.Name == "trees.class").Values.Length.ShouldBe(best * 4 * 3);
    }

    [Fact]
    public void A_class_that_counts_more_is_predicted_more_often()
    {
        PredictedAsFirst([10, 1, 1]).ShouldBeGreaterThan(PredictedAsFirst([1, 10, 10]));

        int PredictedAsFirst(double[] weights)
        {
            using var model = TrainingLoop.Run(Samples, 3, new TrainingOptions { Model = "trees", Epochs = 2, ClassWeights = weights }).Model;
            return model.Probabilities(Samples.Test).Chunk(3).Count(row => Accuracy.Predicted(row) == 0);
        }
    }

    [Fact]
    public void Rounds_are_reported_on_request()
    {
        var seen = new List<LiveMetrics>();
        var options = new TrainingOptions { Model = "trees", Epochs = 2, LogEvery = 4 };
        using var model = TrainingLoop.Run(Samples, 3, options, new TrainingProgress { Step = seen.Add }, null).Model;
        seen.Select(metrics => metrics.Step).ShouldBe([4, 8, 12, 16]);
        seen.ShouldAllBe(metrics => metrics.Steps == 16 && metrics.Accuracy > 0.8 && metrics.EventsPerSecond > 0);
        seen.Select(metrics => metrics.Loss).ShouldBeInOrder(SortDirection.Descending);
    }

    private static LabelledEvents Seen(LabelledEvents events)
    {
        var features = events.Features.ToArray();
        SymmetricFeatures.Apply(features);
        return new LabelledEvents(features, events.Labels, events.FeatureCount);
    }

    private static HyperParameters Of(params (string Name, double Value)[] values) =>
        new(values.Select(pair => KeyValuePair.Create(pair.Name, (HyperParameterValue)pair.Value)));
}
