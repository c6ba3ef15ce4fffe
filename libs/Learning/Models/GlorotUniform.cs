using DaprHep.Learning.Training;

namespace DaprHep.Learning.Models;

/// <summary>
/// Starting weights as Keras chooses them: uniform in ±√(6/(inputs + outputs)) (Glorot and Bengio, 2010). Drawn from our own generator,
/// so that a seed means the same weights with every engine.
/// </summary>
internal static class GlorotUniform
{
    /// <summary>Fills a weight matrix [outputs, inputs].</summary>
    internal static float[] Matrix(int outputs, int inputs, ref SeededRandom random)
    {
        var bound = Math.Sqrt(6.0 / (inputs + outputs));
        var values = new float[checked(outputs * inputs)];
        foreach (ref var value in values.AsSpan())
            value = (float)((2 * random.NextDouble() - 1) * bound);
        return values;
    }
}
