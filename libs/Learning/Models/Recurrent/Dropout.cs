using System.Numerics.Tensors;
using DaprHep.Learning.Models.Dense;
using DaprHep.Learning.Training;

namespace DaprHep.Learning.Models.Recurrent;

/// <summary>
/// Dropout (Srivastava et al., 2014): while training, a value is set to 0 with probability <paramref name="rate"/>, or else divided by
/// 1 − rate. Which ones depends on the seed and on how many steps came before, on nothing else.
/// </summary>
/// <param name="rate">The probability, below 1.</param>
/// <param name="seed">The training's seed.</param>
internal sealed class Dropout(double rate, ulong seed)
{
    private AlignedFloats _factors;

    /// <summary>Draws for a step and applies it.</summary>
    /// <param name="values">[rows, <paramref name="stride"/>]; multiplied in place.</param>
    /// <param name="columns">Columns in use. Draws are made for these alone: the stride tells of batches that came before.</param>
    /// <param name="stride">From row to row.</param>
    /// <param name="step">Steps that came before.</param>
    internal void Draw(Span<float> values, int columns, int stride, long step)
    {
        var length = values.Length / stride * columns;
        if (_factors.Length < length)
            _factors = new AlignedFloats(length);
        var random = new SeededRandom(seed, SeededRandom.Stream.Dropout, (int)step);
        var kept = (float)(1 / (1 - rate));
        foreach (ref var factor in _factors.Span[..length])
            factor = random.NextDouble() < rate ? 0 : kept;
        ApplyAgain(values, columns, stride);
    }

    /// <summary>Multiplies by the factors of the last draw, as the backward pass needs.</summary>
    internal void ApplyAgain(Span<float> values, int columns, int stride)
    {
        for (var row = 0; row < values.Length / stride; row++)
        {
            var some = values.Slice(row * stride, columns);
            TensorPrimitives.Multiply(some, _factors.Span.Slice(row * columns, columns), some);
        }
    }
}
