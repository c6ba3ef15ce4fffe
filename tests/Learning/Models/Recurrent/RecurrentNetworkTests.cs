using DaprHep.Learning.Evaluation;
using DaprHep.Learning.Models;
using DaprHep.Learning.Models.Dense;
using DaprHep.Learning.Models.Recurrent;
using DaprHep.Learning.Training;
using TorchSharp;

namespace DaprHep.Learning.Tests.Models.Recurrent;

/// <summary>Our recurrent kernels against libtorch, to 1e-5, and what tiles and threads must not change.</summary>
public class RecurrentNetworkTests
{
    private const float Tolerance = 1e-5f;

    [Theory]
    [InlineData("gru", 50, true, 25, 37)]
    [InlineData("gru", 50, false, 0, 16)]
    [InlineData("gru", 7, true, 0, 1)]
    [InlineData("gru", 1, true, 3, 5)]
    [InlineData("lstm", 50, true, 25, 37)]
    [InlineData("lstm", 9, false, 4, 20)]
    public void Scores_loss_and_gradients_agree_with_libtorch(string cell, int units, bool readsFeatures, int hidden, int events)
    {
        var shape = new RecurrentShape(cell == "gru" ? new GruLayer(units) : new LstmLayer(units), readsFeatures, hidden, Dropout: 0);
        using var ours = Network(shape);
        var drawn = ToySequences.Draw(ToySequences.Lengths(events, 0, 20));
        var ourScores = new float[events * ToySequences.Classes];
        ours.Logits(drawn, ourScores);
        ours.Forward(ToySequences.BatchOf(drawn));
        var ourLoss = ours.Loss();
        ours.Backward();

        using var scope = torch.NewDisposeScope();
        using var theirs = new RecurrentTwin(shape, ours.ExportWeights());
        var (theirScores, theirLoss) = theirs.Run(drawn);
        ourLoss.ShouldBe(theirLoss, Tolerance);
        ShouldAgree(ourScores, theirScores, "scores");
        foreach (var gradient in ours.ExportGradients())
            ShouldAgree(gradient.Values, theirs.Gradient(gradient.Name), gradient.Name);
    }

    [Theory]
    [InlineData("gru", true)]
    [InlineData("gru", false)]
    [InlineData("lstm", true)]
    public void Gradients_through_dropout_and_class_weights_agree_with_libtorch(string cell, bool readsFeatures)
    {
        const int Events = 21;
        const double Rate = 0.3;
        var shape = new RecurrentShape(cell == "gru" ? new GruLayer(12) : new LstmLayer(12), readsFeatures, Hidden: 5, Dropout: Rate);
        using var ours = Network(shape);
        ours.ClassWeights = [0.5f, 1, 3];
        // Events of one length keep their order, so that the factors of an event are those of its column.
        var drawn = ToySequences.Draw(ToySequences.Lengths(Events, 6, 6));
        ours.Forward(ToySequences.BatchOf(drawn));
        var ourLoss = ours.Loss();
        ours.Backward();

        var inputs = 12 + (readsFeatures ? ToySequences.Features : 0);
        var columns = ColumnBlock.Padded(Events);
        var factors = Enumerable.Repeat(1f, inputs * columns).ToArray();
        new Dropout(Rate, seed: 9).Draw(factors, columns, columns, 0);
        factors.ShouldContain(0);
        using var scope = torch.NewDisposeScope();
        using var theirs = new RecurrentTwin(shape, ours.ExportWeights());
        var (_, theirLoss) = theirs.Run(
            drawn, ours.ClassWeights, column => [.. Enumerable.Range(0, inputs).Select(input => factors[input * columns + column])]);
        ourLoss.ShouldBe(theirLoss, Tolerance);
        foreach (var gradient in ours.ExportGradients())
            ShouldAgree(gradient.Values, theirs.Gradient(gradient.Name), gradient.Name);
    }

    [Theory]
    [InlineData("gru")]
    [InlineData("lstm")]
    public void Errors_are_carried_back_over_hundreds_of_steps(string cell)
    {
        // More steps than are collected before they are multiplied into gradients.
        var shape = new RecurrentShape(cell == "gru" ? new GruLayer(6) : new LstmLayer(6), true, 0, Dropout: 0);
        using var ours = Network(shape);
        var drawn = ToySequences.Draw([150, 64, 65]);
        ours.Forward(ToySequences.BatchOf(drawn));
        ours.Loss();
        ours.Backward();
        using var scope = torch.NewDisposeScope();
        using var theirs = new RecurrentTwin(shape, ours.ExportWeights());
        theirs.Run(drawn);
        foreach (var gradient in ours.ExportGradients())
            ShouldAgree(gradient.Values, theirs.Gradient(gradient.Name), gradient.Name);
    }

    [Theory]
    [InlineData("gru")]
    [InlineData("lstm")]
    public void Fifty_steps_have_the_losses_that_libtorch_has(string cell)
    {
        var shape = new RecurrentShape(cell == "gru" ? new GruLayer(50) : new LstmLayer(50), true, 25, Dropout: 0);
        using var ours = Network(shape);
        using var theirs = new RecurrentTwin(shape, ours.ExportWeights());
        var drawn = ToySequences.Draw(ToySequences.Lengths(24, 1, 8));
        var batch = ToySequences.BatchOf(drawn);
        for (var step = 0; step < 50; step++)
        {
            ours.Forward(batch);
            var loss = ours.Loss();
            ours.Backward();
            ours.Step(1e-3);
            using var scope = torch.NewDisposeScope();
            loss.ShouldBe(theirs.Run(drawn).Loss, 1e-4f, $"step {step}");
            theirs.Step();
        }
    }

    [Theory]
    [InlineData("inclusive")]
    [InlineData("lstm")]
    public void A_collapsed_run_of_padding_gives_bit_by_bit_what_stepping_through_it_gives(string name)
    {
        int[] lengths = [40, 1, 801, 90, 12];
        int[] padding = [17, 0, 800, 89, 0];
        var collapsed = ToySequences.Draw(lengths);
        collapsed = WithParticles(collapsed, new ParticleSequences(collapsed.Particles!.Values, collapsed.Particles.Offsets, padding));
        var expanded = WithParticles(collapsed, Expanded(collapsed.Particles!));
        var (few, many) = (Learn(collapsed), Learn(expanded));
        few.Scores.ShouldBe(many.Scores);
        few.Weights.ShouldBe(many.Weights);

        (float[] Scores, float[] Weights) Learn(LabelledEvents events)
        {
            using var model = ModelRegistry.CreateNetwork(name, ToySequences.Features, ToySequences.Classes, seed: 3);
            var scores = model.Probabilities(events);
            model.Forward(ToySequences.BatchOf(events));
            model.Loss();
            model.Backward();
            model.Step(1e-2);
            return (scores, model.ExportWeights().SelectMany(weight => weight.Values).ToArray());
        }
    }

    [Theory]
    [InlineData("sequence")]
    [InlineData("inclusive")]
    [InlineData("lstm")]
    public void The_same_seed_gives_the_same_weights_bit_by_bit_whatever_the_number_of_threads(string name)
    {
        var drawn = ToySequences.Draw(ToySequences.Lengths(150, 0, 30));
        var data = new TrainingData(drawn, drawn);
        Weights(7, 1).ShouldBe(Weights(7, 1));
        Weights(7, 3).ShouldBe(Weights(7, 1));
        Weights(8, 1).ShouldNotBe(Weights(7, 1));

        float[] Weights(ulong seed, int threads)
        {
            var options = new TrainingOptions { Model = name, Epochs = 2, BatchSize = 64, Seed = seed, Threads = threads };
            using var model = TrainingLoop.Run(data, ToySequences.Classes, options).Model;
            return model.ExportWeights().SelectMany(weight => weight.Values).ToArray();
        }
    }

    [Theory]
    [InlineData("inclusive")]
    [InlineData("lstm")]
    public void An_event_scores_the_same_alone_and_among_others(string name)
    {
        using var model = ModelRegistry.CreateNetwork(name, ToySequences.Features, ToySequences.Classes, seed: 1);
        var lengths = ToySequences.Lengths(2100, 0, 9);
        var events = ToySequences.Draw(lengths);
        var together = model.Probabilities(events);
        for (var i = 0; i < events.Count; i += 97)
        {
            var particles = events.Particles!;
            var alone = new EventInputs(
                events.Features.Slice(i * ToySequences.Features, ToySequences.Features),
                ToySequences.Features,
                new ParticleSequences(particles.Values, particles.Offsets.Slice(i, 2), default));
            model.Probabilities(alone).ShouldBe(together[(3 * i)..(3 * i + 3)]);
        }
    }

    [Fact]
    public void Events_of_an_earlier_longer_batch_leave_no_trace()
    {
        var shape = new RecurrentShape(new GruLayer(6), true, 4, Dropout: 0);
        using var used = Network(shape);
        using var fresh = Network(shape);
        Learn(used, ToySequences.Draw(ToySequences.Lengths(40, 20, 60)));
        var small = ToySequences.Draw([3, 0, 5], seed: 2);
        Learn(used, small);
        Learn(fresh, small);
        foreach (var (left, right) in used.ExportGradients().Zip(fresh.ExportGradients()))
            left.Values.ShouldBe(right.Values);

        static void Learn(RecurrentNetwork network, LabelledEvents events)
        {
            network.Forward(ToySequences.BatchOf(events));
            network.Loss();
            network.Backward();
        }
    }

    [Theory]
    [InlineData("sequence")]
    [InlineData("inclusive")]
    [InlineData("lstm")]
    public void The_order_of_particles_is_learned(string name)
    {
        var data = ToySequences.Ordered();
        var options = new TrainingOptions { Model = name, Epochs = 40, BatchSize = 32, LearningRate = 1e-2 };
        using var model = TrainingLoop.Run(data, ToySequences.Classes, options).Model;
        Accuracy.Of(model.Probabilities(data.Test), data.Test.Labels.Span, ToySequences.Classes).ShouldBeGreaterThan(0.97);
    }

    [Fact]
    public void The_loss_curve_stays_what_it_is()
    {
        var reports = new List<EpochReport>();
        var options = new TrainingOptions { Model = "inclusive", Epochs = 4, BatchSize = 32, LearningRate = 5e-3 };
        using var model = TrainingLoop.Run(ToySequences.Ordered(), ToySequences.Classes, options, reports.Add).Model;
        var expected = new[] { 0.84236, 0.44741, 0.37277, 0.30078 };
        for (var epoch = 0; epoch < expected.Length; epoch++)
            reports[epoch].TrainLoss.ShouldBe(expected[epoch], 2e-4);
    }

    [Fact]
    public void A_diverged_network_shows()
    {
        var drawn = ToySequences.Draw([4, 5, 6]);
        using var model = ModelRegistry.CreateNetwork("inclusive", ToySequences.Features, ToySequences.Classes, seed: 1);
        var weights = model.ExportWeights().ToArray();
        weights[1].Values[0] = float.NaN;
        model.ImportWeights(weights);
        model.Forward(ToySequences.BatchOf(drawn));
        model.Loss().ShouldBe(float.NaN);
    }

    [Fact]
    public void Events_without_particles_are_refused() =>
        Should.Throw<TrainingDataException>(
            () => TrainingLoop.Run(HlfSamples.Load(), 3, new TrainingOptions { Model = "sequence" })).Message
            .ShouldBe("Model 'sequence' reads particles, and the events come without; load them with the features");

    private static RecurrentNetwork Network(RecurrentShape shape) =>
        new("ours", shape, ToySequences.Features, ToySequences.Classes, seed: 9);

    private static LabelledEvents WithParticles(LabelledEvents events, ParticleSequences particles) =>
        new(events.Features, events.Labels, events.FeatureCount, particles);

    private static ParticleSequences Expanded(ParticleSequences collapsed)
    {
        List<float> values = [];
        List<int> offsets = [0];
        for (var i = 0; i < collapsed.Count; i++)
        {
            int first = collapsed.Offsets.Span[i], end = collapsed.Offsets.Span[i + 1], padding = first + collapsed.Padding.Span[i];
            for (var row = first; row < end; row++)
            {
                var times = row == padding ? 801 - (end - first) + 1 : 1;
                for (var time = 0; time < times; time++)
                    values.AddRange(collapsed.Values.Span.Slice(19 * row, 19));
            }

            offsets.Add(values.Count / 19);
            (offsets[^1] - offsets[^2]).ShouldBe(801);
        }

        return new ParticleSequences(values.ToArray(), offsets.ToArray(), default);
    }

    private static void ShouldAgree(float[] ours, float[] theirs, string what)
    {
        ours.Length.ShouldBe(theirs.Length);
        for (var i = 0; i < ours.Length; i++)
            ours[i].ShouldBe(theirs[i], Tolerance * Math.Max(1, Math.Abs(theirs[i])), $"{what}, element {i}");
    }
}
