using System.Security.Cryptography;
using DaprHep.Learning.Artifacts;
using DaprHep.Learning.Models;
using DaprHep.Learning.Models.Trees;
using DaprHep.Learning.Tests.Models.Recurrent;
using DaprHep.Learning.Training;

namespace DaprHep.Learning.Tests.Onnx;

public class OnnxModelTests
{
    private const double Tolerance = 1e-5;

    // Ranges as physics has them: wide, narrow, negative, and one feature that never varied.
    private static readonly ModelDescription Description = new()
    {
        Model = "hlf",
        Features = [.. Enumerable.Range(0, 14).Select(i => new FeatureScaling($"f{i}", -i, i == 5 ? -i : 0.37 * (i + 1) * (i + 1)))],
        Classes = HlfSamples.ClassNames,
    };

    [Theory]
    [InlineData("hlf")]
    [InlineData("sequence")]
    [InlineData("inclusive")]
    [InlineData("lstm")]
    public void Networks_give_the_same_probabilities_in_ONNX_Runtime(string name)
    {
        using var model = ModelRegistry.Create(name, 14, 3, seed: 5);
        // Far from the shy starting weights: gates and scores over their whole range.
        var random = new Random(3);
        model.ImportWeights([.. model.ExportWeights().Select(weight =>
            weight with { Values = Array.ConvertAll(weight.Values, value => 2 * value + 0.2f * (random.NextSingle() - 0.5f)) })]);
        int[] lengths = [0, 1, 2, 3, .. ToySequences.Lengths(60, 1, 90)];
        var particles = ToySequences.Draw(lengths).Particles!;
        var raw = RandomFeatures(random, lengths.Length);
        var saved = SavedModel.From(model, Description);
        var ours = model.Probabilities(new EventInputs(Scaled(raw), 14, model.ReadsParticles ? particles : null));
        var theirs = OnnxRuntime.Predict(saved.Onnx!, name == "sequence" ? null : raw, 14, model.ReadsParticles ? particles : null);
        ours.Max().ShouldBeGreaterThan(0.7f);
        ShouldAgree(theirs, ours);

        if (model.ReadsParticles)
        {
            var last = new ParticleSequences(
                particles.Values[^(ParticleSequences.Columns * lengths[^1])..], new[] { 0, lengths[^1] }, default);
            ShouldAgree(OnnxRuntime.Predict(saved.Onnx!, name == "sequence" ? null : raw[^14..], 14, last), ours[^3..]);
        }
    }

    [Theory]
    [InlineData("hlf")]
    [InlineData("trees")]
    public void Trained_models_give_the_same_probabilities_for_real_events(string name)
    {
        var data = HlfSamples.Load();
        using var model = TrainingLoop.Run(data, 3, new TrainingOptions { Model = name, Epochs = 20 }).Model;
        var identity = Description with { Features = [.. Enumerable.Range(0, 14).Select(i => new FeatureScaling($"f{i}", 0, 1))] };
        var theirs = OnnxRuntime.Predict(SavedModel.From(model, identity).Onnx!, data.Test.Features.ToArray(), 14);
        ShouldAgree(theirs, model.Probabilities(data.Test));
    }

    [Fact]
    public void Trees_see_an_event_on_a_threshold_as_we_do()
    {
        var random = new Random(9);
        using var model = new BoostedTrees("trees", 14, 3);
        model.Add(Enumerable.Range(0, 60).Select(t => new DecisionTree(
            t % 3, [new(t % 14, random.NextSingle(), 1, 2, 0), TreeNode.Leaf(1), TreeNode.Leaf(-1)])));
        var raw = RandomFeatures(random, 400);
        // Thresholds that features meet exactly, and neighbours on both sides.
        var scaled = Scaled(raw);
        var seen = new float[scaled.Length];
        model.Prepare(scaled, seen);
        using var sharp = new BoostedTrees("trees", 14, 3);
        sharp.Add(model.Trees.Select((tree, t) => tree with
        {
            Nodes = [tree.Nodes[0] with { Threshold = Shifted(seen[t * 14 + t % 14], t / 14 % 3 - 1) }, .. tree.Nodes[1..]],
        }));
        var theirs = OnnxRuntime.Predict(SavedModel.From(sharp, Description).Onnx!, raw, 14);
        ShouldAgree(theirs, sharp.Probabilities(new EventInputs(scaled, 14)));

        static float Shifted(float value, int by) => by < 0 ? MathF.BitDecrement(value) : by > 0 ? MathF.BitIncrement(value) : value;
    }

    [Fact]
    public void A_model_without_trees_still_runs()
    {
        using var model = ModelRegistry.Create("trees", 14, 3, seed: 1);
        OnnxRuntime.Predict(SavedModel.From(model, Description).Onnx!, new float[28], 14)
            .ShouldAllBe(probability => Math.Abs(probability - 1 / 3.0) < Tolerance);
    }

    [Fact]
    public void The_same_model_gives_the_same_bytes_and_its_description_says_what_they_take()
    {
        foreach (var name in ModelRegistry.Names)
        {
            using var model = ModelRegistry.Create(name, 14, 3, seed: 5);
            var saved = SavedModel.From(model, Description);
            SavedModel.From(model, Description).Onnx.ShouldBe(saved.Onnx);
            var (loaded, description) = saved.Load();
            using (loaded)
                SavedModel.From(loaded, description).Onnx.ShouldBe(saved.Onnx);
            description.OnnxSha256.ShouldBe(Convert.ToHexStringLower(SHA256.HashData(saved.Onnx!)));
            description.OnnxInputs!.Select(input => input.Name).ShouldBe(
                name == "sequence" ? ["particles", "lengths"] : model.ReadsParticles ? ["particles", "lengths", "features"] : ["features"]);
            description.OnnxOutput!.Name.ShouldBe("probabilities");
            description.OnnxOutput.Shape.ShouldBe(["events", "3"]);
        }
    }

    private static float[] RandomFeatures(Random random, int events)
    {
        var raw = new float[events * 14];
        for (var i = 0; i < raw.Length; i++)
        {
            var (_, min, max) = Description.Features[i % 14];
            raw[i] = (float)(min + (max - min) * (1.2 * random.NextDouble() - 0.1));
        }

        return raw;
    }

    private static float[] Scaled(float[] raw)
    {
        var scaled = new float[raw.Length];
        for (var first = 0; first < raw.Length; first += 14)
            Description.Scale(raw.AsSpan(first, 14), scaled.AsSpan(first, 14));
        return scaled;
    }

    private static void ShouldAgree(float[] theirs, float[] ours)
    {
        theirs.Length.ShouldBe(ours.Length);
        theirs.Zip(ours).Max(pair => Math.Abs((double)pair.First - pair.Second)).ShouldBeLessThan(Tolerance);
    }
}
