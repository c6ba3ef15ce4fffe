using DaprHep.Learning.Artifacts.Onnx;

namespace DaprHep.Learning.Models.Trees;

/// <summary>Trees as ONNX's operator TreeEnsembleRegressor, one target a class.</summary>
internal static class TreeOnnx
{
    /// <summary>Adds trees to a graph; gives the scores, [events, classes].</summary>
    /// <param name="graph">The graph.</param>
    /// <param name="features">What the trees look at, [events, features], to the bit as here, lest an event go another way.</param>
    /// <param name="trees">The trees.</param>
    /// <param name="classes">How many classes there are.</param>
    internal static string AddTo(OnnxGraph graph, string features, IReadOnlyList<DecisionTree> trees, int classes)
    {
        // The operator wants at least one tree.
        if (trees.Count == 0)
            trees = [new DecisionTree(0, [TreeNode.Leaf(0)])];
        var nodes = trees.SelectMany((tree, t) => tree.Nodes.Select((node, n) => (Tree: (long)t, Index: (long)n, Node: node))).ToArray();
        var leaves = nodes.Where(node => node.Node.IsLeaf).ToArray();
        return graph.AddClassical(
            "TreeEnsembleRegressor", [features],
            new("n_targets", (long)classes),
            new("nodes_treeids", nodes.Select(node => node.Tree)),
            new("nodes_nodeids", nodes.Select(node => node.Index)),
            new("nodes_featureids", nodes.Select(node => node.Node.IsLeaf ? 0L : node.Node.Feature)),
            new("nodes_modes", nodes.Select(node => node.Node.IsLeaf ? "LEAF" : "BRANCH_LT")),
            new("nodes_values", nodes.Select(node => node.Node.Threshold)),
            new("nodes_truenodeids", nodes.Select(node => (long)node.Node.Left)),
            new("nodes_falsenodeids", nodes.Select(node => (long)node.Node.Right)),
            new("target_treeids", leaves.Select(leaf => leaf.Tree)),
            new("target_nodeids", leaves.Select(leaf => leaf.Index)),
            new("target_ids", leaves.Select(leaf => (long)trees[(int)leaf.Tree].Class)),
            new("target_weights", leaves.Select(leaf => leaf.Node.Value)));
    }
}
