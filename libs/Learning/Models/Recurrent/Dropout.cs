using System.Numerics.Tensors;
using DaprHep.Learning.Models.Dense;
using DaprHep.Learning.Training;

namespace DaprHep.Learning.Models.Recurrent;

/// <summary>
/// Dropout (Srivastava et al., 2014): while training, a value is set to 0 with probability <paramref name="rate"/>, or else divided by
/// 1 − rate. Which ones depends on the seed and on how many batches came before, on nothing else.
/// </summary>
/// <param name="rate">The probability, below 1.</param>
/// <param name="seed">The training's seed.</param>
internal sealed class Dropout(double rate, ulong seed)
{
    private AlignedFloats _factors;
    private int _batches;

    /// <summary>Draws for the next batch and applies it.</summary>
    /// <param name="values">[rows, stride]; multiplied in place.</param>
    internal void Draw(Span<float> values)
    {
        if (_factors.Length < values.Length)
            _factors = new AlignedFloats(values.Length);
        var random = new SeededRandom(seed, SeededRandom.Stream.Dropout, _batches++);
        var kept = (float)(1 / (1 - rate));
        foreach (ref var factor in _factors.Span[..values.Length])
            factor = random.NextDouble() < rate ? 0 : kept;
        ApplyAgain(values);
    }

    /// <summary>Multiplies by the factors of the last draw, as the backward pass needs.</summary>
    internal void ApplyAgain(Span<float> values) => TensorPrimitives.Multiply(values, _factors.Span[..values.Length], values);
}
