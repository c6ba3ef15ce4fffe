using DaprHep.Learning.Artifacts;
using DaprHep.Learning.Artifacts.Onnx;
using DaprHep.Learning.Training;

namespace DaprHep.Learning.Models.Trees;

/// <summary>
/// A classifier that adds up the scores of decision trees, a tree of each class after the other. <see cref="BoostingLoop"/> grows them.
/// </summary>
public sealed class BoostedTrees : Classifier
{
    private readonly List<DecisionTree> _trees = [];
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
        _kernel.AddScores(events.Features.Span, logits);
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

    internal override string AddTo(OnnxGraph graph) => TreeOnnx.AddTo(graph, _trees, Classes);

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
