namespace DaprHep.Learning.Models.Trees;

/// <summary>
/// Evaluates trees for single events by following each one's path from the root to a leaf: for a few events quicker than
/// <see cref="TreeKernel"/>, which computes all nodes of a tree for a whole block. Scores are added up in the same order, to the same bits.
/// </summary>
internal sealed class TreePaths
{
    private readonly Node[] _nodes;
    private readonly (int Root, int Class)[] _trees;

    /// <summary>Lays trees out for following paths.</summary>
    internal TreePaths(IReadOnlyList<DecisionTree> trees)
    {
        _nodes = new Node[trees.Sum(tree => tree.Nodes.Length)];
        _trees = new (int, int)[trees.Count];
        var first = 0;
        for (var t = 0; t < trees.Count; t++)
        {
            _trees[t] = (first, trees[t].Class);
            LayOut(trees[t], first);
            first += trees[t].Nodes.Length;
        }
    }

    /// <summary>Adds the trees' scores to those of one event.</summary>
    /// <param name="features">Finite features.</param>
    /// <param name="scores">One a class.</param>
    internal void AddScores(ReadOnlySpan<float> features, Span<float> scores)
    {
        foreach (var (root, label) in _trees)
        {
            ref readonly var node = ref _nodes[root];
            while (node.Feature >= 0)
                node = ref _nodes[node.Children + (features[node.Feature] < node.Value ? 0 : 1)];
            scores[label] += node.Value;
        }
    }

    // Level by level, so that the two children of a split are neighbours.
    private void LayOut(DecisionTree tree, int first)
    {
        var pending = new Queue<int>([0]);
        var end = first + 1;
        for (var at = first; pending.TryDequeue(out var n); at++)
        {
            var node = tree.Nodes[n];
            if (node.IsLeaf)
            {
                _nodes[at] = new Node(-1, node.Value, 0);
                continue;
            }

            _nodes[at] = new Node(node.Feature, node.Threshold, end);
            pending.Enqueue(node.Left);
            pending.Enqueue(node.Right);
            end += 2;
        }
    }

    /// <summary>A split or a leaf.</summary>
    /// <param name="Feature">Which feature a split looks at; −1 for a leaf.</param>
    /// <param name="Value">The threshold of a split, the score of a leaf.</param>
    /// <param name="Children">The child for smaller features; that for the others follows it.</param>
    private readonly record struct Node(int Feature, float Value, int Children);
}
