using DaprHep.Learning.Artifacts;

namespace DaprHep.Learning.Models.Trees;

/// <summary>
/// Trees as tensors for <c>model.safetensors</c>. <c>trees.class</c> and <c>trees.nodes</c> have one element a tree: the class it scores
/// and how many nodes it has. <c>nodes.feature</c> (−1 for a leaf), <c>nodes.threshold</c>, <c>nodes.left</c>, <c>nodes.right</c> and
/// <c>nodes.value</c> have one a node, tree after tree; children are counted from their tree's first node. Whole numbers are stored as
/// float32, which holds them exactly below 2²⁴.
/// </summary>
internal static class TreeTensors
{
    private const int WholeLimit = 1 << 24;
    private const string ClassName = "trees.class", CountName = "trees.nodes";
    private const string FeatureName = "nodes.feature", ThresholdName = "nodes.threshold", LeftName = "nodes.left";
    private const string RightName = "nodes.right", ValueName = "nodes.value";

    internal static NamedTensor[] Export(IReadOnlyCollection<DecisionTree> trees)
    {
        TreeNode[] nodes = [.. trees.SelectMany(tree => tree.Nodes)];
        return
        [
            Tensor(ClassName, [.. trees.Select(tree => (float)tree.Class)]),
            Tensor(CountName, [.. trees.Select(tree => (float)tree.Nodes.Length)]),
            Tensor(FeatureName, Array.ConvertAll(nodes, node => (float)node.Feature)),
            Tensor(ThresholdName, Array.ConvertAll(nodes, node => node.Threshold)),
            Tensor(LeftName, Array.ConvertAll(nodes, node => (float)node.Left)),
            Tensor(RightName, Array.ConvertAll(nodes, node => (float)node.Right)),
            Tensor(ValueName, Array.ConvertAll(nodes, node => node.Value)),
        ];
    }

    /// <summary>Makes trees of tensors from outside.</summary>
    /// <param name="model">The model's name, for errors.</param>
    /// <param name="tensors">What <see cref="Export"/> gave, in any order.</param>
    /// <param name="features">How many features an event has.</param>
    /// <param name="classes">How many classes there are.</param>
    /// <exception cref="ModelFormatException">They are no trees over these features; the message names the tree and the node.</exception>
    internal static DecisionTree[] Import(string model, IReadOnlyList<NamedTensor> tensors, int features, int classes)
    {
        var trees = LengthOf(ClassName);
        var nodes = LengthOf(FeatureName);
        string[] perTree = [ClassName, CountName], perNode = [FeatureName, ThresholdName, LeftName, RightName, ValueName];
        var ordered = WeightFit.Ordered(
            model,
            [
                .. perTree.Select(name => new NamedTensor(name, [trees], [])),
                .. perNode.Select(name => new NamedTensor(name, [nodes], [])),
            ],
            tensors);
        var (classOf, count) = (ordered[0].Values, ordered[1].Values);
        var (feature, threshold, left, right, value) =
            (ordered[2].Values, ordered[3].Values, ordered[4].Values, ordered[5].Values, ordered[6].Values);

        var made = new DecisionTree[trees];
        var first = 0;
        for (var t = 0; t < trees; t++)
        {
            var own = new TreeNode[Whole(count[t], 1, nodes - first, t, 0, CountName)];
            var isChild = new bool[own.Length];
            for (var n = 0; n < own.Length; n++)
            {
                var at = first + n;
                if (n > 0 && !isChild[n])
                    throw Malformed(t, n, "is no child of an earlier node");
                own[n] = new TreeNode(
                    Whole(feature[at], -1, features - 1, t, n, FeatureName), Finite(threshold[at], t, n, ThresholdName),
                    Whole(left[at], 0, own.Length - 1, t, n, LeftName), Whole(right[at], 0, own.Length - 1, t, n, RightName),
                    Finite(value[at], t, n, ValueName));
                if (own[n].IsLeaf)
                    continue;
                Adopt(isChild, own[n].Left, t, n);
                Adopt(isChild, own[n].Right, t, n);
            }

            made[t] = new DecisionTree(Whole(classOf[t], 0, classes - 1, t, 0, ClassName), own);
            first += own.Length;
        }

        if (first != nodes)
            throw new ModelFormatException($"Tensor '{CountName}' accounts for {first} nodes; there are {nodes}");
        return made;

        int LengthOf(string name) => tensors.FirstOrDefault(tensor => tensor.Name == name)?.Values.Length ?? 0;
    }

    // Children come after their parent and have no other: whatever is followed ends at a leaf.
    private static void Adopt(bool[] isChild, int child, int tree, int node)
    {
        if (child <= node)
            throw Malformed(tree, node, $"has child {child}; children must come after their parent");
        if (isChild[child])
            throw Malformed(tree, node, $"has child {child}, which has a parent already");
        isChild[child] = true;
    }

    private static int Whole(float stored, int least, int most, int tree, int node, string tensor)
    {
        // Not every float32 from 2²⁴ on is a whole number of its own.
        if (stored >= least && stored <= most && stored < WholeLimit && stored == MathF.Floor(stored))
            return (int)stored;
        throw Malformed(tree, node, $"has {stored} in '{tensor}'; expected a whole number from {least} to {most}");
    }

    private static float Finite(float stored, int tree, int node, string tensor) =>
        float.IsFinite(stored) ? stored : throw Malformed(tree, node, $"has {stored} in '{tensor}'; expected a finite number");

    private static NamedTensor Tensor(string name, float[] values) => new(name, [values.Length], values);

    private static ModelFormatException Malformed(int tree, int node, string what) => new($"Node {node} of tree {tree} {what}");
}
