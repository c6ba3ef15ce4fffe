using System.Numerics.Tensors;
using DaprHep.Learning.Artifacts;
using DaprHep.Learning.Models.Dense;

namespace DaprHep.Learning.Models;

/// <summary>Where one weight lies among a network's parameters.</summary>
/// <param name="Name">Its name, e.g. <c>dense1.weight</c>.</param>
/// <param name="Shape">The sizes of its dimensions.</param>
/// <param name="First">Its first element.</param>
internal sealed record ParameterPlace(string Name, int[] Shape, int First)
{
    internal int Length => Shape.Aggregate(1, (product, size) => product * size);
}

/// <summary>All parameters of a network of our own kernels in one piece, their gradients in another, and Adam over both.</summary>
internal sealed class ParameterSet
{
    private readonly string _model;
    private readonly ParameterPlace[] _places;
    private readonly AlignedFloats _values;
    private readonly AlignedFloats _gradients;
    private readonly AdamStep _adam;

    /// <summary>Makes room for parameters, all zero.</summary>
    /// <param name="model">The model's name, for errors.</param>
    /// <param name="places">Its weights, one after the other and without gaps.</param>
    internal ParameterSet(string model, IEnumerable<ParameterPlace> places)
    {
        _model = model;
        _places = [.. places];
        _values = new AlignedFloats(ColumnBlock.Padded(_places[^1].First + _places[^1].Length));
        _gradients = new AlignedFloats(_values.Length);
        _adam = new AdamStep(_values.Length);
    }

    internal Span<float> Values => _values.Span;

    /// <summary>A copy of the values that later steps do not change.</summary>
    internal AlignedFloats CopyValues()
    {
        var copy = new AlignedFloats(_values.Length);
        _values.Span.CopyTo(copy.Span);
        return copy;
    }

    internal Span<float> Gradients => _gradients.Span;

    /// <summary>Scales all gradients together so that their norm is at most <paramref name="maxNorm"/>; gives the norm before.</summary>
    internal double ClipGradients(double maxNorm)
    {
        var gradients = _gradients.Span;
        var norm = TensorPrimitives.Norm(gradients);
        if (norm > maxNorm)
            TensorPrimitives.Multiply(gradients, (float)(maxNorm / norm), gradients);
        return norm;
    }

    internal void Step(double learningRate) => _adam.Apply(_values.Span, _gradients.Span, learningRate);

    /// <summary>Steps taken so far.</summary>
    internal long Steps => _adam.Steps;

    internal OptimizerState ExportOptimizer() => new(_adam.Steps, Tensors(_adam.Mean), Tensors(_adam.MeanSquare));

    /// <summary>Takes over what Adam remembered.</summary>
    /// <exception cref="ModelFormatException">A tensor is missing, superfluous or of another shape.</exception>
    internal void ImportOptimizer(OptimizerState state)
    {
        Fill(_adam.Mean, state.Mean);
        Fill(_adam.MeanSquare, state.MeanSquare);
        _adam.Steps = state.Steps;
    }

    internal NamedTensor[] ExportValues() => Tensors(_values);

    internal NamedTensor[] ExportGradients() => Tensors(_gradients);

    /// <summary>Takes over weights by name.</summary>
    /// <exception cref="ModelFormatException">A tensor is missing, superfluous or of another shape.</exception>
    internal void Import(IReadOnlyList<NamedTensor> weights) => Fill(_values, weights);

    private void Fill(AlignedFloats destination, IReadOnlyList<NamedTensor> tensors)
    {
        var fitting = WeightFit.Ordered(_model, ExportValues(), tensors);
        for (var i = 0; i < _places.Length; i++)
            fitting[i].Values.CopyTo(destination.Span[_places[i].First..]);
    }

    private NamedTensor[] Tensors(AlignedFloats from) => Array.ConvertAll(
        _places, place => new NamedTensor(place.Name, place.Shape, from.Span.Slice(place.First, place.Length).ToArray()));
}
