using DaprHep.Learning.Artifacts;
using DaprHep.Learning.Models;
using DaprHep.Learning.Models.Dense;
using DaprHep.Learning.Training;
using FsCheck;
using FsCheck.Fluent;

namespace DaprHep.Learning.Tests.Models;

/// <summary>Our own kernels against libtorch, to 1e-5.</summary>
public class DenseNetworkTests
{
    private const float Tolerance = 1e-5f;

    [Fact]
    public void Scores_loss_and_gradients_agree_with_libtorch_whatever_the_shape() =>
        Prop.ForAll(Shapes(), shape =>
        {
            var (features, hidden, classes, events) = shape;
            using var ours = new DenseNetwork("ours", features, hidden, classes, seed: 9);
            var (theirs, network) = DenseTwin.Of(features, hidden, classes, seed: 9);
            using (theirs)
            {
                var batch = Batch(events, features, classes);
                // With class weights for every other number of events.
                ours.ClassWeights = theirs.ClassWeights = events % 2 == 0 ? [] : [.. Enumerable.Range(0, classes).Select(c => 0.4f + 0.7f * c)];
                ours.Forward(batch);
                theirs.Forward(batch);
                ours.Loss().ShouldBe(theirs.Loss(), Tolerance);
                ours.Backward();
                theirs.Backward();

                var gradients = ours.ExportGradients();
                foreach (var ((name, parameter), gradient) in network.named_parameters().Zip(gradients))
                {
                    gradient.Name.ShouldBe(name);
                    ShouldAgree(gradient.Values, parameter.grad!.data<float>().ToArray(), $"{name}, {events} events");
                }

                var inputs = new EventInputs(batch.Features.AsMemory(0, events * features), features);
                var (ourScores, theirScores) = (new float[events * classes], new float[events * classes]);
                ours.Logits(inputs, ourScores);
                theirs.Logits(inputs, theirScores);
                ShouldAgree(ourScores, theirScores, "scores");
            }
        }).QuickCheckThrowOnFailure();

    [Fact]
    public void Three_hundred_steps_lead_to_the_weights_that_libtorch_reaches()
    {
        using var ours = ModelRegistry.CreateNetwork("hlf", 14, 3, seed: 4);
        var (theirs, _) = DenseTwin.Of(14, [50, 20, 10], 3, seed: 4);
        using (theirs)
        {
            ours.ExportWeights().Select(w => w.Name).ShouldBe(theirs.ExportWeights().Select(w => w.Name));
            ours.ExportWeights().Zip(theirs.ExportWeights()).ShouldAllBe(pair => pair.First.Values.SequenceEqual(pair.Second.Values));
            var train = HlfSamples.Load().Train;
            var batch = new EventBatch(128, 14);
            var random = new SeededRandom(1, SeededRandom.Stream.Shuffle);
            for (var step = 0; step < 300; step++)
            {
                batch.Gather(train, Enumerable.Range(0, 128).Select(_ => random.NextBelow(train.Count)).ToArray());
                foreach (var model in new NeuralClassifier[] { ours, theirs })
                {
                    model.Forward(batch);
                    model.Loss();
                    model.Backward();
                    model.ClipGradients(0.5);
                    model.Step(1e-3);
                }
            }

            foreach (var (our, their) in ours.ExportWeights().Zip(theirs.ExportWeights()))
                ShouldAgree(our.Values, their.Values, our.Name, 1e-3f);
            var events = HlfSamples.Load().Test.Features;
            ShouldAgree(ours.Probabilities(events), theirs.Probabilities(events), "probabilities", 1e-3f);
        }
    }

    [Fact]
    public void A_gradient_is_the_slope_of_the_loss()
    {
        using var network = new DenseNetwork("net", 3, [5], 2, seed: 2);
        var batch = Batch(20, 3, 2);
        network.Forward(batch);
        network.Loss();
        network.Backward();
        var gradients = network.ExportGradients();
        var weights = network.ExportWeights();
        for (var t = 0; t < weights.Count; t++)
        {
            for (var i = 0; i < weights[t].Values.Length; i++)
            {
                const float Step = 1e-2f;
                ((LossWith(+Step) - LossWith(-Step)) / (2 * Step)).ShouldBe(gradients[t].Values[i], 2e-3f, weights[t].Name);

                float LossWith(float change)
                {
                    var changed = weights.ToArray();
                    changed[t] = changed[t] with { Values = [.. changed[t].Values] };
                    changed[t].Values[i] += change;
                    network.ImportWeights(changed);
                    network.Forward(batch);
                    return network.Loss();
                }
            }
        }
    }

    [Fact]
    public void Events_of_an_earlier_larger_batch_leave_no_trace()
    {
        using var used = new DenseNetwork("net", 4, [6], 3, seed: 2);
        used.Forward(Batch(100, 4, 3));
        used.Loss();
        used.Backward();
        using var fresh = new DenseNetwork("net", 4, [6], 3, seed: 2);
        foreach (var network in new[] { used, fresh })
        {
            network.Forward(Batch(5, 4, 3));
            network.Loss();
            network.Backward();
        }

        foreach (var (left, right) in used.ExportGradients().Zip(fresh.ExportGradients()))
            left.Values.ShouldBe(right.Values);
    }

    [Fact]
    public void An_event_scores_the_same_alone_and_among_others()
    {
        using var network = ModelRegistry.CreateNetwork("hlf", 14, 3, seed: 1);
        var events = HlfSamples.Load().Test.Features;
        var together = network.Probabilities(events);
        for (var i = 0; i < events.Length / 14; i += 37)
            network.Probabilities(events.Slice(14 * i, 14)).ShouldBe(together[(3 * i)..(3 * i + 3)]);
    }

    [Fact]
    public void Clipping_keeps_the_direction_and_limits_the_length()
    {
        using var network = new DenseNetwork("net", 4, [6], 3, seed: 2);
        network.Forward(Batch(50, 4, 3));
        network.Loss();
        network.Backward();
        var before = network.ExportGradients().SelectMany(g => g.Values).ToArray();
        var norm = Math.Sqrt(before.Sum(g => (double)g * g));
        network.ClipGradients(norm / 4).ShouldBe(norm, 1e-5);
        ShouldAgree(network.ExportGradients().SelectMany(g => g.Values).ToArray(), Array.ConvertAll(before, g => g / 4), "clipped");
        network.ClipGradients(norm).ShouldBe(norm / 4, 1e-5);
        ShouldAgree(network.ExportGradients().SelectMany(g => g.Values).ToArray(), Array.ConvertAll(before, g => g / 4), "left alone");
    }

    [Fact]
    public void Weights_of_either_engine_fit_the_other()
    {
        using var ours = ModelRegistry.CreateNetwork("hlf", 14, 3, seed: 1);
        var (theirs, _) = DenseTwin.Of(14, [50, 20, 10], 3, seed: 2);
        using (theirs)
        {
            theirs.ImportWeights(ours.ExportWeights());
            SafetensorsWriter.Write(theirs.ExportWeights()).ShouldBe(SafetensorsWriter.Write(ours.ExportWeights()));
        }
    }

    private static void ShouldAgree(float[] ours, float[] theirs, string what, float tolerance = Tolerance)
    {
        ours.Length.ShouldBe(theirs.Length);
        for (var i = 0; i < ours.Length; i++)
            ours[i].ShouldBe(theirs[i], tolerance * Math.Max(1, Math.Abs(theirs[i])), $"{what}, element {i}");
    }

    private static EventBatch Batch(int events, int features, int classes)
    {
        var random = new SeededRandom(77, SeededRandom.Stream.Bootstrap, events);
        var values = new float[events * features];
        foreach (ref var value in values.AsSpan())
            value = (float)(2 * random.NextDouble() - 1);
        var labels = new sbyte[events];
        foreach (ref var label in labels.AsSpan())
            label = (sbyte)random.NextBelow(classes);
        var batch = new EventBatch(events, features);
        batch.Gather(new LabelledEvents(values, labels, features), Enumerable.Range(0, events).ToArray());
        return batch;
    }

    private static Arbitrary<(int Features, int[] Hidden, int Classes, int Events)> Shapes()
    {
        var shape =
            from features in Gen.Choose(1, 20)
            from depth in Gen.Choose(0, 3)
            from hidden in Gen.Choose(1, 23).ArrayOf(depth)
            from classes in Gen.Choose(2, 6)
            from events in Gen.Choose(1, 150)
            select (features, hidden, classes, events);
        return shape.ToArbitrary();
    }
}
