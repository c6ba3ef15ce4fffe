using DaprHep.Learning.Inference;
using DaprHep.Learning.Models;
using DaprHep.Physics;

namespace DaprHep.Inference.Tests;

public class OcclusionTests
{
    private static readonly (RawEvents Events, sbyte[] Labels) Samples = RawEvents.OfSamples();

    [Theory]
    [InlineData("inclusive")]
    [InlineData("sequence")]
    [InlineData("hlf")]
    [InlineData("trees")]
    public void A_part_contributes_what_is_lost_without_it(string kind)
    {
        using Classifier model = Models.Create(kind, Samples.Events, Samples.Labels);
        Predictor predictor = Models.PredictorOf(model, Samples.Events);
        RawEvents one = Samples.Events.Select(40);
        float[] whole = Models.Predict(predictor, one);
        Explanation explanation = Occlusion.Explain(predictor, one.Hlf, one.Particles);
        explanation.Probabilities.ShouldBe(whole);
        explanation.Class.ShouldBe(Array.IndexOf(whole, whole.Max()));

        explanation.Features.Count.ShouldBe(predictor.ReadsHlf ? HlfColumns.Count : 0);
        foreach ((FeatureOcclusion feature, int k) in explanation.Features.Select((feature, k) => (feature, k)))
        {
            RawEvents changed = Samples.Events.Select(40);
            changed.Hlf[k] = feature.Replacement;
            ShouldContribute(feature.Contributions, Models.Predict(predictor, changed));
            (feature.Name, feature.Value).ShouldBe((HlfColumns.Names[k], one.Hlf[k]));
        }

        explanation.Particles.Select(particle => particle.Index)
            .ShouldBe(predictor.ReadsParticles ? Enumerable.Range(1, one.Offsets[1] - 1) : []);
        foreach (ParticleOcclusion particle in explanation.Particles)
        {
            float[] without = [.. one.Particles[..(particle.Index * 19)], .. one.Particles[((particle.Index + 1) * 19)..]];
            ShouldContribute(particle.Contributions, Models.Predict(predictor, new RawEvents(one.Hlf, without, [0, one.Offsets[1] - 1])));
        }

        void ShouldContribute(IReadOnlyList<float> contributions, float[] without)
        {
            for (int c = 0; c < 3; c++)
                contributions[c].ShouldBe(whole[c] - without[c], 1e-6f);
        }
    }

    [Fact]
    public void An_event_of_a_lepton_alone_is_explained_too()
    {
        using Classifier model = Models.Create("inclusive", Samples.Events, Samples.Labels);
        RawEvents one = Samples.Events.Select(0);
        Explanation explanation = Occlusion.Explain(Models.PredictorOf(model, Samples.Events), one.Hlf, one.Particles.AsSpan(0, 19));
        explanation.Particles.ShouldBeEmpty();
        explanation.Features.Count.ShouldBe(HlfColumns.Count);
    }

    [Fact]
    public void A_feature_that_the_model_rests_on_contributes_more_than_the_others()
    {
        // Only the first hidden neuron is alive, and it looks at the missing energy alone.
        using Classifier model = Models.Create("hlf", Samples.Events, Samples.Labels);
        NamedTensor[] weights = [.. model.ExportWeights()];
        Array.Clear(weights[0].Values);
        weights[0].Values[1] = 5;
        model.ImportWeights(weights);
        RawEvents one = Samples.Events.Select(40);
        Explanation explanation = Occlusion.Explain(Models.PredictorOf(model, Samples.Events), one.Hlf, one.Particles);
        explanation.Features.Where(feature => feature.Name != "MET").SelectMany(feature => feature.Contributions).ShouldAllBe(value => value == 0);
        explanation.Features[1].Contributions.ShouldContain(value => value != 0);
    }
}
