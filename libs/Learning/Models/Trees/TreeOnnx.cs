using DaprHep.Learning.Artifacts;
using DaprHep.Learning.Artifacts.Onnx;

namespace DaprHep.Learning.Models.Trees;

/// <summary>Trees as ONNX's operator TreeEnsembleRegressor, one target a class.</summary>
internal static class TreeOnnx
{
    /// <summary>Adds trees to a graph; gives the scores.</summary>
    internal static string AddTo(OnnxGraph graph, IReadOnlyList<DecisionTree> trees, int classes)
    {
        // The operator wants at least one tree.
        if (trees.Count == 0)
            trees = [new DecisionTree(0, [TreeNode.Leaf(0)])];
        var nodes = trees.SelectMany((tree, t) => tree.Nodes.Select((node, n) => (Tree: (long)t, Index: (long)n, Node: node))).ToArray();
        var leaves = nodes.Where(node => node.Node.IsLeaf).ToArray();
        return graph.AddClassical(
            "TreeEnsembleRegressor", [graph.RawFeatures()],
            new("n_targets", (long)classes),
            new("nodes_treeids", nodes.Select(node => node.Tree)),
            new("nodes_nodeids", nodes.Select(node => node.Index)),
            new("nodes_featureids", nodes.Select(node => node.Node.IsLeaf ? 0L : node.Node.Feature)),
            new("nodes_modes", nodes.Select(node => node.Node.IsLeaf ? "LEAF" : "BRANCH_LT")),
            new("nodes_values", nodes.Select(node =>
                node.Node.IsLeaf ? 0 : Unscaled(graph.Scaling[node.Node.Feature], node.Node.Threshold))),
            new("nodes_truenodeids", nodes.Select(node => (long)node.Node.Left)),
            new("nodes_falsenodeids", nodes.Select(node => (long)node.Node.Right)),
            new("target_treeids", leaves.Select(leaf => leaf.Tree)),
            new("target_nodeids", leaves.Select(leaf => leaf.Index)),
            new("target_ids", leaves.Select(leaf => (long)trees[(int)leaf.Tree].Class)),
            new("target_weights", leaves.Select(leaf => leaf.Node.Value)));
    }

    /// <summary>
    /// The smallest unscaled value that a split sends right, so that rounding cannot send an event another way than here: scaling never
    /// falls, and a search over all float32 finds where it reaches the threshold.
    /// </summary>
    internal static float Unscaled(FeatureScaling scaling, float threshold)
    {
        if (scaling.Apply(float.MaxValue) < threshold)
            return float.PositiveInfinity;
        var (less, reached) = ((long)Rank(float.MinValue) - 1, (long)Rank(float.MaxValue));
        while (reached - less > 1)
        {
            var middle = (less + reached) >> 1;
            if (scaling.Apply(Value((int)middle)) < threshold)
                less = middle;
            else
                reached = middle;
        }

        return Value((int)reached);
    }

    // Whole numbers in the order of the floats: the bits of positive ones, the negated rest of the bits of negative ones.
    private static int Rank(float value)
    {
        var bits = BitConverter.SingleToInt32Bits(value);
        return bits >= 0 ? bits : -(bits & int.MaxValue);
    }

    private static float Value(int rank) => rank >= 0 ? BitConverter.Int32BitsToSingle(rank) : -BitConverter.Int32BitsToSingle(-rank);
}
