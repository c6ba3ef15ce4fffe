using DaprHep.Learning.Artifacts;
using DaprHep.Learning.Artifacts.Onnx;
using DaprHep.Learning.Inference;
using DaprHep.Learning.Training;

namespace DaprHep.Learning.Models.Trees;

/// <summary>
/// A classifier that adds up the scores of decision trees, a tree of each class after the other. <see cref="BoostingLoop"/> grows them.
/// </summary>
public sealed class BoostedTrees : Classifier
{
    private const int PredictionBlock = 16 * TreeKernel.Block;

    private readonly List<DecisionTree> _trees = [];
    private readonly TreeMemory _memory = new();
    private TreeKernel _kernel;

    /// <summary>Makes a classifier without trees, which gives every class the same score.</summary>
    /// <param name="name">The model's name.</param>
    /// <param name="features">How many features an event has.</param>
    /// <param name="classes">How many classes to tell apart.</param>
    public BoostedTrees(string name, int features, int classes) : base(name, features, classes) =>
        _kernel = new TreeKernel(features, classes);

    /// <summary>The trees, in the order in which they are added up.</summary>
    internal IReadOnlyList<DecisionTree> Trees => _trees;

    /// <inheritdoc/>
    /// <exception cref="TrainingDataException">A feature is not finite.</exception>
    public override void Logits(EventInputs events, Span<float> logits)
    {
        events.CheckFinite();
        logits.Clear();
        var block = new float[Math.Min(events.Count, PredictionBlock) * Features];
        for (var first = 0; first < events.Count; first += PredictionBlock)
        {
            var count = Math.Min(PredictionBlock, events.Count - first);
            var seen = block.AsSpan(0, count * Features);
            Prepare(events.Features.Span.Slice(first * Features, seen.Length), seen);
            _kernel.AddScores(seen, logits.Slice(first * Classes, count * Classes), _memory);
        }
    }

    /// <inheritdoc/>
    public override IReadOnlyList<NamedTensor> ExportWeights() => TreeTensors.Export(_trees);

    /// <inheritdoc/>
    /// <exception cref="ModelFormatException">The tensors are no trees over this model's features.</exception>
    public override void ImportWeights(IReadOnlyList<NamedTensor> weights)
    {
        var trees = TreeTensors.Import(Name, weights, Features, Classes);
        _trees.Clear();
        _kernel = new TreeKernel(Features, Classes);
        Add(trees);
    }

    internal override Func<EventScorer> Scorers()
    {
        var kernel = new TreeKernel(Features, Classes);
        foreach (var tree in _trees)
            kernel.Add(tree);
        var paths = new TreePaths(_trees);
        return () => new TreeScorer(kernel, paths, Features, Classes);
    }

    internal override string AddTo(OnnxGraph graph) => TreeOnnx.AddTo(
        graph,
        Features == SymmetricFeatures.Count ? SymmetricFeatures.AddTo(graph, graph.ScaledFeatures()) : graph.ScaledFeatures(),
        _trees, Classes);

    /// <summary>Brings features into the form that the trees look at.</summary>
    /// <param name="scaled">Scaled features, [events, features].</param>
    /// <param name="seen">Receives what the trees see, of the same shape.</param>
    internal void Prepare(ReadOnlySpan<float> scaled, Span<float> seen)
    {
        scaled.CopyTo(seen);
        if (Features == SymmetricFeatures.Count)
            SymmetricFeatures.Apply(seen);
    }

    /// <summary>Adds trees behind those there are.</summary>
    internal void Add(IEnumerable<DecisionTree> trees)
    {
        foreach (var tree in trees)
        {
            _trees.Add(tree);
            _kernel.Add(tree);
        }
    }
}
