using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace DaprHep.Learning.Models.Trees;

/// <summary>
/// Evaluates trees for sixty-four events at once. A tree becomes a short program for a stack machine, its nodes in postorder: a leaf
/// pushes its value, a split replaces two values by one of them. All nodes are computed for all events, without a branch or a gather
/// depending on an event, which for trees of this depth is faster than following each event's own path. Scores are added up tree by tree in
/// float32, as XGBoost does, to the same bits. Threads may use one kernel at once, each with memory of its own.
/// </summary>
internal sealed class TreeKernel
{
    /// <summary>Events that are computed together.</summary>
    internal const int Block = 64;

    private readonly int _features;
    private readonly int _classes;
    private readonly List<Instruction> _program = [];
    private int _depth;

    /// <summary>Makes a kernel without trees.</summary>
    /// <param name="features">How many features an event has.</param>
    /// <param name="classes">How many classes there are.</param>
    internal TreeKernel(int features, int classes)
    {
        _features = features;
        _classes = classes;
    }

    private enum Kind
    {
        /// <summary>Pushes <see cref="Instruction.Left"/>.</summary>
        Leaf,

        /// <summary>Pushes <see cref="Instruction.Left"/> or <see cref="Instruction.Right"/>.</summary>
        Fork,

        /// <summary>Pops the right value, then the left one, and pushes one of them.</summary>
        Split,

        /// <summary>Pops a value and adds it to the score of class <see cref="Instruction.Index"/>.</summary>
        Score,
    }

    /// <summary>Adds a tree behind those there are.</summary>
    internal void Add(DecisionTree tree)
    {
        _depth = Math.Max(_depth, tree.Depth());
        Compile(tree);
        _program.Add(new Instruction(Kind.Score, tree.Class, 0, 0, 0));
    }

    /// <summary>Adds the trees' scores to those of events.</summary>
    /// <param name="features">Finite features, [events, features].</param>
    /// <param name="scores">[events, classes].</param>
    /// <param name="memory">Working memory.</param>
    internal void AddScores(ReadOnlySpan<float> features, Span<float> scores, TreeMemory memory)
    {
        memory.MakeRoom(_features * Block, _classes * Block, (_depth + 1) * Block);
        var events = features.Length / _features;
        for (var first = 0; first < events; first += Block)
        {
            var count = Math.Min(Block, events - first);
            Transpose(features.Slice(first * _features, count * _features), memory.Columns, _features);
            var own = scores.Slice(first * _classes, count * _classes);
            Transpose(own, memory.Scores, _classes);
            Execute(memory);
            for (var c = 0; c < _classes; c++)
            {
                for (var i = 0; i < count; i++)
                    own[i * _classes + c] = memory.Scores[c * Block + i];
            }
        }
    }

    // Left subtree, right subtree, split. Without recursion, which a tree of great depth from a stranger's file could exhaust.
    private void Compile(DecisionTree tree)
    {
        var pending = new Stack<(int Node, bool ChildrenDone)>([(0, false)]);
        while (pending.TryPop(out var next))
        {
            var node = tree.Nodes[next.Node];
            if (node.IsLeaf)
            {
                _program.Add(new Instruction(Kind.Leaf, 0, 0, node.Value, 0));
            }
            else if (tree.Nodes[node.Left].IsLeaf && tree.Nodes[node.Right].IsLeaf)
            {
                _program.Add(new Instruction(
                    Kind.Fork, node.Feature, node.Threshold, tree.Nodes[node.Left].Value, tree.Nodes[node.Right].Value));
            }
            else if (next.ChildrenDone)
            {
                _program.Add(new Instruction(Kind.Split, node.Feature, node.Threshold, 0, 0));
            }
            else
            {
                pending.Push((next.Node, true));
                pending.Push((node.Right, false));
                pending.Push((node.Left, false));
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Execute(TreeMemory memory)
    {
        ref var columns = ref MemoryMarshal.GetArrayDataReference(memory.Columns);
        ref var scores = ref MemoryMarshal.GetArrayDataReference(memory.Scores);
        ref var top = ref MemoryMarshal.GetArrayDataReference(memory.Stack);
        foreach (ref readonly var step in CollectionsMarshal.AsSpan(_program))
        {
            ref var column = ref Unsafe.Add(ref step.Kind == Kind.Score ? ref scores : ref columns, step.Index * Block);
            switch (step.Kind)
            {
                case Kind.Leaf:
                    Fill(ref top, step.Left);
                    top = ref Unsafe.Add(ref top, Block);
                    break;
                case Kind.Fork:
                    Fork(ref top, ref column, step);
                    top = ref Unsafe.Add(ref top, Block);
                    break;
                case Kind.Split:
                    top = ref Unsafe.Subtract(ref top, Block);
                    Split(ref Unsafe.Subtract(ref top, Block), ref top, ref column, step.Threshold);
                    break;
                default:
                    top = ref Unsafe.Subtract(ref top, Block);
                    Accumulate(ref column, ref top);
                    break;
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Fill(ref float to, float value)
    {
        var values = Vector256.Create(value);
        for (nuint i = 0; i < Block; i += (nuint)Vector256<float>.Count)
            values.StoreUnsafe(ref to, i);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Fork(ref float to, ref float column, in Instruction step)
    {
        var threshold = Vector256.Create(step.Threshold);
        var (left, right) = (Vector256.Create(step.Left), Vector256.Create(step.Right));
        for (nuint i = 0; i < Block; i += (nuint)Vector256<float>.Count)
        {
            var isLess = Vector256.LessThan(Vector256.LoadUnsafe(ref column, i), threshold);
            Vector256.ConditionalSelect(isLess, left, right).StoreUnsafe(ref to, i);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Split(ref float left, ref float right, ref float column, float value)
    {
        var threshold = Vector256.Create(value);
        for (nuint i = 0; i < Block; i += (nuint)Vector256<float>.Count)
        {
            var isLess = Vector256.LessThan(Vector256.LoadUnsafe(ref column, i), threshold);
            Vector256.ConditionalSelect(isLess, Vector256.LoadUnsafe(ref left, i), Vector256.LoadUnsafe(ref right, i))
                .StoreUnsafe(ref left, i);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Accumulate(ref float scores, ref float values)
    {
        for (nuint i = 0; i < Block; i += (nuint)Vector256<float>.Count)
            (Vector256.LoadUnsafe(ref scores, i) + Vector256.LoadUnsafe(ref values, i)).StoreUnsafe(ref scores, i);
    }

    private static void Transpose(ReadOnlySpan<float> rows, Span<float> columns, int width)
    {
        var count = rows.Length / width;
        for (var column = 0; column < width; column++)
        {
            for (var i = 0; i < count; i++)
                columns[column * Block + i] = rows[i * width + column];
        }
    }

    private readonly record struct Instruction(Kind Kind, int Index, float Threshold, float Left, float Right);
}
