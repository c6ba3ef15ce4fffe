using DaprHep.Learning.Inference;
using DaprHep.Learning.Models;
using DaprHep.Physics;

namespace DaprHep.Inference.Tests;

public class PredictorTests
{
    private static readonly (RawEvents Events, sbyte[] Labels) Standard = RawEvents.OfSamples();

    public static TheoryData<string> Kinds => Models.Kinds;

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Probabilities_are_those_of_the_trainers_own_evaluation(string kind)
    {
        using Classifier model = Models.Create(kind, Standard.Events, Standard.Labels);
        float[] expected = model.Probabilities(Models.Prepare(Standard.Events, PhysicsProfile.Standard));
        float[] found = Models.Predict(Models.PredictorOf(model, Standard.Events), Standard.Events);
        ShouldAgree(found, expected);
        expected.Chunk(3).Select(row => row[0]).Distinct().Count().ShouldBeGreaterThan(100);
    }

    [Theory]
    [InlineData("inclusive")]
    [InlineData("lstm")]
    [InlineData("sequence")]
    public void Padding_of_the_published_physics_counts_as_in_training(string kind)
    {
        (RawEvents events, sbyte[] labels) = RawEvents.OfSamples(PhysicsProfile.Cern2019);
        events = events.Select([.. Enumerable.Range(0, 40).Select(i => i * (labels.Length / 40))]);
        using Classifier model = Models.Create(kind, events, labels);
        float[] expected = model.Probabilities(Models.Prepare(events, PhysicsProfile.Cern2019));
        ShouldAgree(Models.Predict(Models.PredictorOf(model, events, "cern2019"), events), expected);
        Models.Predict(Models.PredictorOf(model, events), events).ShouldNotBe(expected);
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void An_event_gets_the_same_bits_whatever_it_comes_with(string kind)
    {
        using Classifier model = Models.Create(kind, Standard.Events, Standard.Labels);
        Predictor predictor = Models.PredictorOf(model, Standard.Events);
        float[] together = Models.Predict(predictor, Standard.Events);
        var random = new Random(11);
        foreach (int size in (int[])[1, 2, 7, 8, 15, 16, 17, 63, 64, 65])
        {
            int[] some = [.. Enumerable.Range(0, size).Select(_ => random.Next(Standard.Events.Count))];
            float[] apart = Models.Predict(predictor, Standard.Events.Select(some));
            for (int i = 0; i < size; i++)
                apart[(3 * i)..(3 * i + 3)].ShouldBe(together[(3 * some[i])..(3 * some[i] + 3)], $"{kind}, event {i} of {size}");
        }
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Threads_may_use_one_predictor_at_once(string kind)
    {
        using Classifier model = Models.Create(kind, Standard.Events, Standard.Labels);
        Predictor predictor = Models.PredictorOf(model, Standard.Events);
        RawEvents some = Standard.Events.Select([.. Enumerable.Range(0, 100)]);
        float[] expected = Models.Predict(predictor, some);
        Parallel.For(0, 32, new ParallelOptions { MaxDegreeOfParallelism = 8 }, _ => Models.Predict(predictor, some).ShouldBe(expected));
    }

    [Fact]
    public void What_a_model_does_not_read_may_be_left_out()
    {
        using Classifier hlf = Models.Create("hlf", Standard.Events, Standard.Labels);
        using Classifier sequence = Models.Create("sequence", Standard.Events, Standard.Labels);
        Predictor byFeatures = Models.PredictorOf(hlf, Standard.Events), byParticles = Models.PredictorOf(sequence, Standard.Events);
        (byFeatures.ReadsHlf, byFeatures.ReadsParticles).ShouldBe((true, false));
        (byParticles.ReadsHlf, byParticles.ReadsParticles).ShouldBe((false, true));

        Models.Predict(byFeatures, Standard.Events with { Particles = [] }).ShouldBe(Models.Predict(byFeatures, Standard.Events));
        Models.Predict(byParticles, Standard.Events with { Hlf = [] }).ShouldBe(Models.Predict(byParticles, Standard.Events));
        byFeatures.Predict([], [], [], []);
    }

    private static void ShouldAgree(float[] found, float[] expected)
    {
        found.Length.ShouldBe(expected.Length);
        for (int i = 0; i < found.Length; i++)
            found[i].ShouldBe(expected[i], 1e-6f, $"event {i / 3}, class {i % 3}");
    }
}
