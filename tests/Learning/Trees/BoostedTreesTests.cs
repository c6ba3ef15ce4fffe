using DaprHep.Learning.Artifacts;
using DaprHep.Learning.Models;
using DaprHep.Learning.Models.Trees;
using DaprHep.Learning.Training;
using FsCheck;
using FsCheck.Fluent;

namespace DaprHep.Learning.Tests.Trees;

public class BoostedTreesTests
{
    private const int Features = 5;
    private const int Classes = 3;

    [Fact]
    public void A_model_without_trees_gives_every_class_the_same_chance()
    {
        using var model = ModelRegistry.Create("trees", Features, Classes, seed: 1);
        model.Probabilities(new float[2 * Features]).ShouldAllBe(probability => MathF.Abs(probability - 1 / 3f) < 1e-6f);
    }

    [Fact]
    public void Scores_are_those_of_following_each_event_from_the_root_to_a_leaf() => Prop.ForAll(
        Gen.Choose(0, int.MaxValue).ToArbitrary(),
        seed =>
        {
            var random = new Random(seed);
            using var model = new BoostedTrees("trees", Features, Classes);
            model.Add(Enumerable.Range(0, random.Next(12)).Select(_ => RandomTree(random)));
            var events = new float[random.Next(200) * Features];
            foreach (ref var value in events.AsSpan())
                value = random.Next(-4, 5) / 2f;
            var scores = new float[events.Length / Features * Classes];
            model.Logits(new EventInputs(events, Features), scores);
            for (var i = 0; i < events.Length / Features; i++)
                scores[(i * Classes)..((i + 1) * Classes)].ShouldBe(Follow(model.Trees, events.AsSpan(i * Features, Features)));
        }).QuickCheckThrowOnFailure();

    [Fact]
    public void A_very_deep_tree_is_evaluated_all_the_same()
    {
        const int Depth = 20_000;
        var nodes = new TreeNode[2 * Depth + 1];
        for (var level = 0; level < Depth; level++)
        {
            nodes[2 * level] = new TreeNode(0, level + 1, 2 * level + 1, 2 * level + 2, 0);
            nodes[2 * level + 1] = TreeNode.Leaf(level);
        }

        nodes[2 * Depth] = TreeNode.Leaf(Depth);
        using var model = new BoostedTrees("trees", 1, 2);
        model.Add([new DecisionTree(1, nodes)]);
        var scores = new float[2 * 3];
        model.Logits(new EventInputs(new[] { 0.5f, 12345, 1e9f }, 1), scores);
        scores.ShouldBe([0, 0, 0, 12345, 0, Depth]);
    }

    [Fact]
    public void Turning_or_mirroring_an_event_changes_nothing()
    {
        const int PhiMet = 2, LepEta = 7, LepPhi = 8;
        var data = HlfSamples.Load();
        using var model = TrainingLoop.Run(data, 3, new TrainingOptions { Model = "trees", Epochs = 4 }).Model;
        // Multiples of 2⁻¹⁰ can be turned and mirrored without rounding.
        var events = Array.ConvertAll(data.Test.Features.ToArray(), value => MathF.Round(value * 1024) / 1024);
        var expected = model.Probabilities(events);
        for (var first = 0; first < events.Length; first += SymmetricFeatures.Count)
        {
            var turn = first % 1024 / 1024f;
            foreach (var phi in new[] { PhiMet, LepPhi })
                events[first + phi] = (events[first + phi] + turn) % 1;
            events[first + LepEta] = 1 - events[first + LepEta];
        }

        model.Probabilities(events).ShouldBe(expected);
    }

    [Theory]
    [InlineData(float.NaN)]
    [InlineData(float.PositiveInfinity)]
    public void A_feature_that_is_not_finite_is_refused(float value)
    {
        using var model = ModelRegistry.Create("trees", Features, Classes, seed: 1);
        Should.Throw<TrainingDataException>(() => model.Probabilities(new[] { 0, 0, value, 0, 0 })).Message
            .ShouldContain("Feature 2 of event 0");
    }

    [Fact]
    public void A_loaded_model_predicts_what_the_saved_one_did()
    {
        var data = HlfSamples.Load();
        using var model = TrainingLoop.Run(data, 3, new TrainingOptions { Model = "trees", Epochs = 2 }).Model;
        var description = new ModelDescription
        {
            Model = "trees",
            Features = [.. Enumerable.Range(0, 14).Select(i => new FeatureScaling($"f{i}", 0, 1))],
            Classes = HlfSamples.ClassNames,
        };
        var saved = SavedModel.From(model, description);
        var (loaded, read) = saved.Load();
        using (loaded)
        {
            loaded.Probabilities(data.Test).ShouldBe(model.Probabilities(data.Test));
            read.Parameters.ShouldBe(model.Parameters);
            SavedModel.From(loaded, read).Weights.ShouldBe(saved.Weights);
        }
    }

    [Theory]
    [InlineData("nodes.left", 0, 0, "Node 0 of tree 0 has child 0; children must come after their parent")]
    [InlineData("nodes.right", 0, 1, "Node 0 of tree 0 has child 1, which has a parent already")]
    [InlineData("nodes.right", 0, 7, "Node 0 of tree 0 has 7 in 'nodes.right'; expected a whole number from 0 to 4")]
    [InlineData("nodes.right", 0, 1.5f, "has 1.5 in 'nodes.right'")]
    [InlineData("nodes.left", 2, 1, "Node 2 of tree 0 has child 1; children must come after their parent")]
    [InlineData("nodes.feature", 2, -1, "Node 3 of tree 0 is no child of an earlier node")]
    [InlineData("nodes.feature", 0, 5, "Node 0 of tree 0 has 5 in 'nodes.feature'; expected a whole number from -1 to 4")]
    [InlineData("nodes.feature", 0, -2, "Node 0 of tree 0 has -2 in 'nodes.feature'")]
    [InlineData("nodes.threshold", 0, float.NaN, "Node 0 of tree 0 has NaN in 'nodes.threshold'; expected a finite number")]
    [InlineData("nodes.value", 5, float.PositiveInfinity, "Node 0 of tree 1 has")]
    [InlineData("trees.class", 1, 3, "Node 0 of tree 1 has 3 in 'trees.class'; expected a whole number from 0 to 2")]
    [InlineData("trees.nodes", 0, 0, "has 0 in 'trees.nodes'; expected a whole number from 1 to 6")]
    [InlineData("trees.nodes", 1, 2, "has 2 in 'trees.nodes'; expected a whole number from 1 to 1")]
    [InlineData("trees.nodes", 0, float.NaN, "has NaN in 'trees.nodes'")]
    [InlineData("trees.nodes", 0, 3, "Node 2 of tree 0 has 3 in 'nodes.left'; expected a whole number from 0 to 2")]
    public void Malformed_trees_are_refused_with_tree_and_node(string tensor, int index, float value, string reason)
    {
        using var model = new BoostedTrees("trees", Features, Classes);
        model.Add([Sample(0, 4), new DecisionTree(2, [TreeNode.Leaf(1)])]);
        var weights = model.ExportWeights();
        model.ImportWeights(weights);
        weights.Single(weight => weight.Name == tensor).Values[index] = value;
        Should.Throw<ModelFormatException>(() => model.ImportWeights(weights)).Message.ShouldContain(reason);
    }

    [Fact]
    public void Nodes_that_belong_to_no_tree_are_refused()
    {
        using var model = new BoostedTrees("trees", Features, Classes);
        model.Add([Sample(0, 4)]);
        var weights = model.ExportWeights().Select(weight => weight.Name.StartsWith("trees", StringComparison.Ordinal)
            ? new NamedTensor(weight.Name, [0], []) : weight).ToArray();
        Should.Throw<ModelFormatException>(() => model.ImportWeights(weights)).Message
            .ShouldBe("Tensor 'trees.nodes' accounts for 0 nodes; there are 5");
    }

    [Fact]
    public void A_missing_superfluous_or_short_tensor_is_named()
    {
        using var model = new BoostedTrees("trees", Features, Classes);
        model.Add([Sample(0, 4)]);
        var weights = model.ExportWeights();
        foreach (var weight in weights)
        {
            Should.Throw<ModelFormatException>(() => model.ImportWeights([.. weights.Where(w => w != weight)]));
            Should.Throw<ModelFormatException>(() => model.ImportWeights(
                [.. weights.Where(w => w != weight), new NamedTensor(weight.Name, [weight.Values.Length, 1], weight.Values)]));
        }

        Should.Throw<ModelFormatException>(() => model.ImportWeights([.. weights, new("more", [1], [0])])).Message.ShouldContain("more");
    }

    [Fact]
    public void Whatever_stands_in_a_weights_file_either_loads_and_predicts_or_is_refused()
    {
        using var model = new BoostedTrees("trees", Features, Classes);
        var random = new Random(11);
        model.Add(Enumerable.Range(0, 6).Select(_ => RandomTree(random)));
        var file = SafetensorsWriter.Write(model.ExportWeights());
        var header = 8 + BitConverter.ToInt32(file);
        float[] stranger = [0, 1, 2, -1, 3, 0.5f, 1e9f, 16777216, float.NaN, float.NegativeInfinity, -0f];
        var (loaded, refused) = (0, 0);
        for (var attempt = 0; attempt < 3000; attempt++)
        {
            var broken = file.ToArray();
            for (var change = random.Next(1, 4); change > 0; change--)
            {
                var at = header + random.Next((file.Length - header) / sizeof(float)) * sizeof(float);
                BitConverter.TryWriteBytes(broken.AsSpan(at), stranger[random.Next(stranger.Length)]).ShouldBeTrue();
            }

            using var reader = new BoostedTrees("trees", Features, Classes);
            try
            {
                reader.ImportWeights(SafetensorsReader.Read(broken));
                reader.Probabilities(new float[10 * Features]).ShouldAllBe(probability => !float.IsInfinity(probability));
                loaded++;
            }
            catch (ModelFormatException)
            {
                refused++;
            }
        }

        loaded.ShouldBeGreaterThan(50);
        refused.ShouldBeGreaterThan(50);
    }

    private static DecisionTree Sample(int ofClass, int feature) => new(
        ofClass,
        [new(feature, 0.5f, 1, 2, 0), TreeNode.Leaf(-1), new(1, 0.25f, 3, 4, 0), TreeNode.Leaf(2), TreeNode.Leaf(3)]);

    private static DecisionTree RandomTree(Random random)
    {
        var nodes = new List<TreeNode> { TreeNode.Leaf(0) };
        for (var splits = random.Next(10); splits > 0; splits--)
        {
            int[] leaves = [.. Enumerable.Range(0, nodes.Count).Where(n => nodes[n].IsLeaf)];
            nodes[leaves[random.Next(leaves.Length)]] =
                new TreeNode(random.Next(Features), random.Next(-4, 5) / 2f, nodes.Count, nodes.Count + 1, 0);
            nodes.Add(TreeNode.Leaf(random.NextSingle()));
            nodes.Add(TreeNode.Leaf(random.NextSingle()));
        }

        return new DecisionTree(random.Next(Classes), [.. nodes]);
    }

    private static float[] Follow(IEnumerable<DecisionTree> trees, ReadOnlySpan<float> features)
    {
        var scores = new float[Classes];
        foreach (var tree in trees)
        {
            var node = tree.Nodes[0];
            while (!node.IsLeaf)
                node = tree.Nodes[features[node.Feature] < node.Threshold ? node.Left : node.Right];
            scores[tree.Class] += node.Value;
        }

        return scores;
    }
}
