using DaprHep.Learning.Artifacts;
using DaprHep.Learning.Evaluation;
using DaprHep.Learning.Models;
using DaprHep.Learning.Training;

namespace DaprHep.Learning.Tests.Training;

public class TrainingLoopTests
{
    [Fact]
    public void A_toy_problem_is_learned()
    {
        using var model = TrainingLoop.Run(Rings(), 3, new TrainingOptions { Epochs = 60, LearningRate = 5e-3 }).Model;
        var test = Rings().Test;
        Accuracy.Of(model.Probabilities(test.Features), test.Labels.Span, 3).ShouldBeGreaterThan(0.97);
    }

    [Fact]
    public void Real_events_are_told_apart()
    {
        var data = HlfSamples.Load();
        using var model = TrainingLoop.Run(data, 3, new TrainingOptions { Epochs = 40 }).Model;
        var metrics = Evaluator.Evaluate(model.Probabilities(data.Test.Features), data.Test.Labels.Span, HlfSamples.ClassNames).Metrics;
        metrics.Accuracy!.Value.ShouldBeGreaterThan(0.85);
        metrics.Auc.Values.ShouldAllBe(auc => auc > 0.95);
    }

    [Fact]
    public void The_same_seed_and_data_give_the_same_weights_bit_by_bit()
    {
        var data = HlfSamples.Load();
        Weights(7).ShouldBe(Weights(7));
        Weights(7).ShouldNotBe(Weights(8));

        byte[] Weights(ulong seed)
        {
            using var model = TrainingLoop.Run(data, 3, new TrainingOptions { Epochs = 3, Seed = seed }).Model;
            return SafetensorsWriter.Write(model.ExportWeights());
        }
    }

    [Fact]
    public void The_loss_curve_of_the_samples_stays_what_it_is()
    {
        var reports = new List<EpochReport>();
        var options = new TrainingOptions { Epochs = 5, LearningRate = 5e-3, Schedule = LearningRateSchedule.Constant, Seed = 1 };
        using var model = TrainingLoop.Run(HlfSamples.Load(), 3, options, reports.Add).Model;
        var expected = new[] { 1.05609, 0.90847, 0.69156, 0.51102, 0.38251 };
        for (var epoch = 0; epoch < expected.Length; epoch++)
            reports[epoch].TrainLoss.ShouldBe(expected[epoch], 1e-4);
    }

    [Fact]
    public void Every_epoch_is_reported()
    {
        var reports = new List<EpochReport>();
        using var model = TrainingLoop.Run(
            Rings(), 3, new TrainingOptions { Epochs = 5, Schedule = LearningRateSchedule.Cosine }, reports.Add).Model;

        reports.Select(report => report.Epoch).ShouldBe([1, 2, 3, 4, 5]);
        reports.ShouldAllBe(report => report.Epochs == 5 && report.EventsPerSecond > 0 && report.TestAccuracy >= 0);
        reports[^1].TrainLoss.ShouldBeLessThan(reports[0].TrainLoss);
        reports[^1].TestLoss!.Value.ShouldBeLessThan(reports[0].TestLoss!.Value);
        reports[^1].LearningRate.ShouldBeLessThan(0.1 * reports[0].LearningRate);
    }

    [Fact]
    public void The_last_batch_may_be_short_and_a_batch_may_hold_everything()
    {
        var data = Rings();
        foreach (var size in new[] { 7, data.Train.Count - 1, data.Train.Count, 10 * data.Train.Count })
        {
            using var model = TrainingLoop.Run(data, 3, new TrainingOptions { Epochs = 1, BatchSize = size }).Model;
            model.ExportWeights().ShouldAllBe(weight => weight.Values.All(float.IsFinite));
        }
    }

    [Fact]
    public void Training_without_test_events_reports_no_test_figures()
    {
        var data = Rings() with { Test = new LabelledEvents(default, default, 2) };
        EpochReport? last = null;
        using var model = TrainingLoop.Run(data, 3, new TrainingOptions { Epochs = 1 }, report => last = report).Model;
        last!.TestLoss.ShouldBeNull();
        last.TestAccuracy.ShouldBeNull();
    }

    [Fact]
    public void A_loss_that_is_not_a_number_stops_training()
    {
        var diverged = Should.Throw<TrainingDivergedException>(
            () => TrainingLoop.Run(Rings(), 3, new TrainingOptions { LearningRate = 1e30 }));
        diverged.Epoch.ShouldBe(1);
        diverged.Message.ShouldContain("learning rate 1E+30");
    }

    [Fact]
    public void Clipped_gradients_keep_a_wild_start_finite()
    {
        var data = Rings();
        var wild = data with
        {
            Train = new LabelledEvents(data.Train.Features.ToArray().Select(x => x * 1e15f).ToArray(), data.Train.Labels, 2),
        };
        using var model = TrainingLoop.Run(wild, 3, new TrainingOptions { Epochs = 1, MaxGradientNorm = 1 }).Model;
        model.ExportWeights().ShouldAllBe(weight => weight.Values.All(float.IsFinite));
    }

    [Fact]
    public void Cancelling_stops_before_the_next_batch()
    {
        using var source = new CancellationTokenSource();
        var epochs = 0;
        Should.Throw<OperationCanceledException>(() => TrainingLoop.Run(
            Rings(), 3, new TrainingOptions { Epochs = 1000 }, _ => { epochs++; source.Cancel(); }, source.Token));
        epochs.ShouldBe(1);
    }

    [Fact]
    public void A_class_without_training_events_is_named()
    {
        var data = Rings();
        Should.Throw<TrainingDataException>(() => TrainingLoop.Run(data, 4, new TrainingOptions())).Message
            .ShouldBe("Class 3 has no training events; every one of the 4 classes needs some");
        var withoutLast = new LabelledEvents(new float[4], new sbyte[] { 0, 1 }, 2);
        Should.Throw<TrainingDataException>(() => TrainingLoop.Run(new TrainingData(withoutLast, withoutLast), 3, new TrainingOptions()))
            .Message.ShouldStartWith("Class 2 (wjets) has no training events");
    }

    [Fact]
    public void A_label_out_of_range_is_named()
    {
        var train = new LabelledEvents(new float[4], new sbyte[] { 0, -1 }, 2);
        Should.Throw<TrainingDataException>(() => TrainingLoop.Run(new TrainingData(train, train), 2, new TrainingOptions())).Message
            .ShouldBe("Event 1 has label -1; expected 0 to 1");
    }

    [Theory]
    [InlineData(float.NaN)]
    [InlineData(float.PositiveInfinity)]
    [InlineData(float.NegativeInfinity)]
    public void A_feature_that_is_not_finite_is_named(float value)
    {
        var data = Rings();
        var features = data.Test.Features.ToArray();
        features[11] = value;
        var broken = data with { Test = new LabelledEvents(features, data.Test.Labels, 2) };
        Should.Throw<TrainingDataException>(() => TrainingLoop.Run(broken, 3, new TrainingOptions())).Message
            .ShouldStartWith("Feature 1 of event 5 is ");
    }

    [Fact]
    public void Huge_but_finite_features_are_accepted() =>
        new LabelledEvents(new[] { float.MaxValue, float.MaxValue, float.MinValue, float.MaxValue }, new sbyte[2], 2).CheckFinite();

    [Fact]
    public void Features_and_labels_must_fit_together() =>
        Should.Throw<TrainingDataException>(() => new LabelledEvents(new float[15], new sbyte[1], 14)).Message
            .ShouldBe("15 feature values do not make 1 events of 14 features");

    [Fact]
    public void An_unknown_model_is_refused_with_the_names_there_are() =>
        Should.Throw<UnknownModelException>(() => TrainingLoop.Run(Rings(), 3, new TrainingOptions { Model = "oracle" })).Message
            .ShouldBe($"There is no model 'oracle'; choose one of: {string.Join(", ", ModelRegistry.Names)}");

    [Fact]
    public void Options_that_make_no_sense_are_refused()
    {
        foreach (var options in new TrainingOptions[]
        {
            new() { Epochs = 0 }, new() { BatchSize = 0 }, new() { LearningRate = 0 }, new() { LearningRate = double.NaN },
            new() { MaxGradientNorm = 0 }, new() { Threads = 0 },
        })
        {
            Should.Throw<ArgumentOutOfRangeException>(() => TrainingLoop.Run(Rings(), 3, options));
        }
    }

    /// <summary>Three classes by distance from the origin of a plane: no straight line tells them apart.</summary>
    private static TrainingData Rings()
    {
        var random = new SeededRandom(42, SeededRandom.Stream.Weights);
        return new TrainingData(Draw(600, ref random), Draw(300, ref random));

        static LabelledEvents Draw(int count, ref SeededRandom random)
        {
            var features = new float[2 * count];
            var labels = new sbyte[count];
            for (var i = 0; i < count; i++)
            {
                labels[i] = (sbyte)(i % 3);
                var angle = 2 * Math.PI * random.NextDouble();
                var radius = labels[i] + 0.2 + 0.6 * random.NextDouble();
                features[2 * i] = (float)(radius * Math.Cos(angle));
                features[2 * i + 1] = (float)(radius * Math.Sin(angle));
            }

            return new LabelledEvents(features, labels, 2);
        }
    }
}
