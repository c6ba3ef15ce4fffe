namespace DaprHep.Learning.Models.Trees;

/// <summary>A binary decision tree that gives one class a score.</summary>
/// <param name="Class">The class whose score it adds to.</param>
/// <param name="Nodes">Its nodes; the first is the root, and children come after their parents.</param>
internal sealed record DecisionTree(int Class, TreeNode[] Nodes)
{
    /// <summary>The number of splits between the root and the farthest leaf.</summary>
    internal int Depth()
    {
        var depths = new int[Nodes.Length];
        for (var i = 0; i < Nodes.Length; i++)
        {
            if (!Nodes[i].IsLeaf)
                depths[Nodes[i].Left] = depths[Nodes[i].Right] = depths[i] + 1;
        }

        return depths.Max();
    }
}

/// <summary>A split or a leaf.</summary>
/// <param name="Feature">Which feature a split looks at; −1 for a leaf.</param>
/// <param name="Threshold">Smaller features go left, all others right.</param>
/// <param name="Left">The node for smaller features.</param>
/// <param name="Right">The node for the others.</param>
/// <param name="Value">What a leaf adds to the score.</param>
internal readonly record struct TreeNode(int Feature, float Threshold, int Left, int Right, float Value)
{
    internal bool IsLeaf => Feature < 0;

    internal static TreeNode Leaf(float value) => new(-1, 0, 0, 0, value);
}
