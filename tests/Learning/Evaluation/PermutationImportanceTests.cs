using DaprHep.Learning.Evaluation;
using DaprHep.Learning.Models;
using DaprHep.Learning.Tests.Models.Recurrent;
using DaprHep.Learning.Training;

namespace DaprHep.Learning.Tests.Evaluation;

public class PermutationImportanceTests
{
    private static readonly string[] Names = [.. Enumerable.Range(0, ToySequences.Features).Select(f => $"f{f}")];

    [Fact]
    public void A_feature_that_decides_is_worth_much_and_noise_nothing()
    {
        var data = new TrainingData(Decided(2000, 1), Decided(900, 2));
        var outcome = TrainingLoop.Run(data, 3, new TrainingOptions { Epochs = 40 });
        using var model = outcome.Model;
        var importance = PermutationImportance.Of(model, data.Test, ["decides", "noise"], seed: 1);
        (importance.Events, importance.Permutations).ShouldBe((900, 10));
        importance.Features.Select(feature => feature.Feature).ShouldBe(["decides", "noise"]);
        var (decides, noise) = (importance.Features[0], importance.Features[1]);
        // Without it one in three is right, and the area is a half.
        decides.AccuracyDrop.ShouldBeInRange(0.5, 0.7);
        decides.AucDrop.ShouldBeInRange(0.4, 0.6);
        decides.AucDropError.ShouldBeInRange(1e-5, 0.02);
        Math.Abs(noise.AccuracyDrop).ShouldBeLessThan(0.03);
        Math.Abs(noise.AucDrop).ShouldBeLessThan(0.01);
    }

    [Fact]
    public void The_same_seed_gives_the_same_figures_and_another_others()
    {
        var events = ToySequences.Draw(ToySequences.Lengths(200, 1, 9));
        using var model = ModelRegistry.Create("inclusive", ToySequences.Features, ToySequences.Classes, seed: 1);
        var first = PermutationImportance.Of(model, events, Names, seed: 3);
        PermutationImportance.Of(model, events, Names, seed: 3).Features.ShouldBe(first.Features);
        PermutationImportance.Of(model, events, Names, seed: 4).Features.ShouldNotBe(first.Features);
    }

    [Fact]
    public void Features_that_a_model_does_not_read_are_worth_exactly_nothing()
    {
        var events = ToySequences.Draw(ToySequences.Lengths(60, 1, 9));
        using var model = ModelRegistry.Create("sequence", ToySequences.Features, ToySequences.Classes, seed: 1);
        PermutationImportance.Of(model, events, Names, seed: 1).Features
            .ShouldAllBe(f => f.AccuracyDrop == 0 && f.AccuracyDropError == 0 && f.AucDrop == 0 && f.AucDropError == 0);
    }

    [Theory]
    [InlineData("hlf")]
    [InlineData("sequence")]
    [InlineData("inclusive")]
    [InlineData("lstm")]
    public void Scores_of_variants_are_bit_by_bit_those_of_each_by_itself(string name)
    {
        // More events than are computed at a time.
        var events = ToySequences.Draw(ToySequences.Lengths(2100, 0, 3));
        var reversed = events.Features.ToArray();
        Array.Reverse(reversed);
        ReadOnlyMemory<float>[] variants = [events.Features, reversed];
        using var model = ModelRegistry.Create(name, ToySequences.Features, ToySequences.Classes, seed: 2);
        var found = new List<float[]>();
        model.LogitsOfVariants(events, variants, logits => found.Add(logits.ToArray()));
        for (var i = 0; i < variants.Length; i++)
        {
            var expected = new float[events.Count * ToySequences.Classes];
            model.Logits(new EventInputs(variants[i], ToySequences.Features, events.Particles), expected);
            found[i].ShouldBe(expected);
        }
    }

    [Fact]
    public void Of_many_events_the_first_are_enough()
    {
        var events = Decided(12_000, 1);
        using var model = ModelRegistry.Create("hlf", 2, 3, seed: 1);
        PermutationImportance.Of(model, events, ["a", "b"], seed: 1).Events.ShouldBe(10_000);
        Should.Throw<ArgumentException>(() => PermutationImportance.Of(model, events, ["a"], seed: 1));
        Should.Throw<ArgumentException>(() => PermutationImportance.Of(model, events.First(0), ["a", "b"], seed: 1));
    }

    /// <summary>Events whose class is in the first feature; the second is noise.</summary>
    private static LabelledEvents Decided(int count, int seed)
    {
        var random = new Random(seed);
        var features = new float[2 * count];
        var labels = new sbyte[count];
        for (var i = 0; i < count; i++)
        {
            labels[i] = (sbyte)(i % 3);
            features[2 * i] = (labels[i] + random.NextSingle()) / 3;
            features[2 * i + 1] = random.NextSingle();
        }

        return new LabelledEvents(features, labels, 2);
    }
}
