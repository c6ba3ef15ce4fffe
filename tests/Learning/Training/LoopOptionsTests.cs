using DaprHep.Learning.Artifacts;
using DaprHep.Learning.Evaluation;
using DaprHep.Learning.Models;
using DaprHep.Learning.Tests.Models;
using DaprHep.Learning.Tests.Models.Recurrent;
using DaprHep.Learning.Training;

namespace DaprHep.Learning.Tests.Training;

public class LoopOptionsTests
{
    [Fact]
    public void One_cycle_rises_for_three_tenths_of_the_steps_and_then_falls_to_nothing()
    {
        double[] rates = [.. Enumerable.Range(0, 100).Select(step => LearningRateSchedule.OneCycle.At(1, step, 100))];
        rates[0].ShouldBe(1.0 / 25, 1e-12);
        rates[29].ShouldBe(1, 1e-12);
        rates[99].ShouldBe(1.0 / 250_000, 1e-12);
        rates[..30].ShouldBeInOrder(SortDirection.Ascending);
        rates[29..].ShouldBeInOrder(SortDirection.Descending);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void Schedules_give_positive_rates_however_few_steps_there_are(int steps)
    {
        foreach (var schedule in Enum.GetValues<LearningRateSchedule>())
        {
            for (var step = 0; step < steps; step++)
                schedule.At(1, step, steps).ShouldBeInRange(1e-6, 1);
        }
    }

    [Theory]
    [InlineData(StoppingFigure.Loss)]
    [InlineData(StoppingFigure.Auc)]
    public void Training_stops_when_held_back_events_are_judged_no_better_and_keeps_the_best_weights(StoppingFigure figure)
    {
        var data = HlfSamples.Load();
        var options = new TrainingOptions
        {
            Epochs = 400, LearningRate = 1e-2, Schedule = LearningRateSchedule.Constant, Patience = 8, ValidationShare = 0.2,
            StopBy = figure,
        };
        var outcome = TrainingLoop.Run(data, 3, options);
        using var model = outcome.Model;
        outcome.Epochs.Count.ShouldBeLessThan(400);
        var best = figure == StoppingFigure.Loss
            ? outcome.Epochs.MinBy(report => report.ValidationLoss)!
            : outcome.Epochs.MaxBy(report => report.ValidationAuc)!;
        outcome.Epochs.Count.ShouldBe(best.Epoch + 8);

        // The same training, ended at the best epoch.
        using var ended = TrainingLoop.Run(data, 3, options with { Epochs = best.Epoch, Patience = 0 }).Model;
        Same(model, ended).ShouldBeTrue();
    }

    [Fact]
    public void Events_are_held_back_by_their_identity_wherever_they_stand()
    {
        const int Count = 2000;
        var ids = Enumerable.Range(0, Count).Select(i => (ulong)i << 32 | 77).ToArray();
        var (learned, heldBack) = ValidationSplit.Of(Events(ids), 0.25);
        heldBack.Length.ShouldBeInRange(440, 560);
        learned.Concat(heldBack).Order().ShouldBe(Enumerable.Range(0, Count));

        var (_, reversed) = ValidationSplit.Of(Events([.. ids.Reverse()]), 0.25);
        reversed.Select(row => Count - 1 - row).Order().ShouldBe(heldBack);
        ValidationSplit.Of(Events(ids), 0).HeldBack.ShouldBeEmpty();

        static LabelledEvents Events(ulong[] ids) => new(new float[Count], new sbyte[Count], 1) { Ids = ids };
    }

    [Fact]
    public void A_rare_class_that_counts_more_is_found_more_often()
    {
        var data = Thinned(HlfSamples.Load());
        Found(new TrainingOptions { Epochs = 40, BalanceClasses = true })
            .ShouldBeGreaterThan(Found(new TrainingOptions { Epochs = 40 }) + 0.1);
        Found(new TrainingOptions { Epochs = 40, ClassWeights = [1, 1, 30] })
            .ShouldBeGreaterThan(Found(new TrainingOptions { Epochs = 40 }) + 0.1);

        double Found(TrainingOptions options)
        {
            using var model = TrainingLoop.Run(data, 3, options).Model;
            var probabilities = model.Probabilities(data.Test);
            var labels = data.Test.Labels.ToArray();
            var rows = Enumerable.Range(0, labels.Length).Where(i => labels[i] == 2).ToArray();
            return rows.Average(i => Accuracy.Predicted(probabilities.AsSpan(3 * i, 3)) == 2 ? 1.0 : 0);
        }

        static TrainingData Thinned(TrainingData all)
        {
            var rows = Enumerable.Range(0, all.Train.Count).Where(i => all.Train.Labels.Span[i] != 2 || i % 20 == 0).ToArray();
            return all with { Train = all.Train.Select(rows) };
        }
    }

    [Theory]
    [InlineData("hlf")]
    [InlineData("inclusive")]
    public void Equal_class_weights_change_nothing_and_any_keep_their_mean(string model)
    {
        var events = ToySequences.Draw(ToySequences.Lengths(40, 1, 9));
        using var plain = ModelRegistry.CreateNetwork(model, ToySequences.Features, 3, 1);
        using var weighted = ModelRegistry.CreateNetwork(model, ToySequences.Features, 3, 1);
        weighted.ClassWeights = ClassWeights.Of(new TrainingOptions { ClassWeights = [2, 2, 2] }, [5, 6, 7]);
        foreach (var one in new[] { plain, weighted })
        {
            one.Forward(ToySequences.BatchOf(events));
            one.Loss();
            one.Backward();
            one.Step(1e-2);
        }

        Same(weighted, plain).ShouldBeTrue();
        var weights = ClassWeights.Of(new TrainingOptions { ClassWeights = [1, 2, 4] }, [10, 20, 30]);
        ((10 * weights[0] + 20 * weights[1] + 30 * weights[2]) / 60).ShouldBe(1, 1e-6);
        (weights[2] / weights[0]).ShouldBe(4, 1e-5);
        ClassWeights.Of(new TrainingOptions { BalanceClasses = true }, [10, 20, 30]).ShouldBe([2, 1, 2 / 3f]);
    }

    [Fact]
    public void Weighted_losses_and_gradients_agree_with_libtorchs()
    {
        var events = ToySequences.Draw(ToySequences.Lengths(50, 1, 2));
        using var ours = ModelRegistry.CreateNetwork("hlf", ToySequences.Features, 3, 1);
        var (torch, _) = DenseTwin.Of(ToySequences.Features, [50, 20, 10], 3, seed: 1);
        using var theirs = torch;
        foreach (var one in new NeuralClassifier[] { ours, torch })
        {
            one.ClassWeights = [0.5f, 1, 2];
            one.Forward(ToySequences.BatchOf(events));
        }

        ours.Loss().ShouldBe(torch.Loss(), 1e-6f);
        foreach (var one in new NeuralClassifier[] { ours, torch })
        {
            one.Backward();
            one.Step(1e-2);
        }

        foreach (var (mine, its) in ours.ExportWeights().Zip(torch.ExportWeights()))
        {
            for (var i = 0; i < mine.Values.Length; i++)
                mine.Values[i].ShouldBe(its.Values[i], 1e-5f);
        }
    }

    [Theory]
    [InlineData("hlf")]
    [InlineData("inclusive")]
    public void Live_metrics_tell_of_every_step_once(string model)
    {
        var data = new TrainingData(ToySequences.Draw(ToySequences.Lengths(100, 1, 9)), ToySequences.Draw(ToySequences.Lengths(10, 1, 9)));
        var told = new List<LiveMetrics>();
        var reports = new List<EpochReport>();
        var options = new TrainingOptions { Model = model, Epochs = 3, BatchSize = 20, LogEvery = 5 };
        var outcome = TrainingLoop.Run(data, 3, options, new TrainingProgress { Epoch = reports.Add, Step = told.Add }, null);
        outcome.Model.Dispose();

        // Five steps are an epoch here, so that both must say the same.
        told.Select(live => live.Step).ShouldBe([5, 10, 15]);
        told.ShouldAllBe(live => live.Events == 100 && live.Steps == 15 && live.Auc > 0 && live.EventsPerSecond > 0);
        told.Zip(reports).ShouldAllBe(pair => Math.Abs(pair.First.Loss - pair.Second.TrainLoss) < 1e-9);
    }

    [Fact]
    public void Scores_of_a_batch_come_in_its_order()
    {
        var events = ToySequences.Draw(ToySequences.Lengths(40, 1, 9));
        using var model = ModelRegistry.CreateNetwork("hlf", ToySequences.Features, 3, 1);
        var (live, later) = (new float[120], new float[120]);
        model.Forward(ToySequences.BatchOf(events));
        model.BatchLogits(live);
        model.Logits(events, later);
        live.ShouldBe(later);
    }

    [Fact]
    public void Class_weights_must_be_as_many_as_classes() =>
        Should.Throw<TrainingDataException>(() => TrainingLoop.Run(HlfSamples.Load(), 3, new TrainingOptions { ClassWeights = [1, 2] }))
            .Message.ShouldBe("There are 2 class weights and 3 classes; give one weight a class");

    private static bool Same(Classifier left, Classifier right) =>
        SafetensorsWriter.Write(left.ExportWeights()).AsSpan().SequenceEqual(SafetensorsWriter.Write(right.ExportWeights()));
}
